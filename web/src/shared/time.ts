/** Times and lengths as people read them. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function clockTime(at: string | null): string {
  if (at === null) return "";
  return clock.format(new Date(at));
}

export function exactTime(at: string | null): string {
  if (at === null) return "";
  return exact.format(new Date(at));
}

/** `m:ss`, or `h:mm:ss` from an hour on; never below zero. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** How long a countdown still shows what it shows now, with a little on top so that it is over then. */
export function untilNextSecond(milliseconds: number): number {
  const rest = ((milliseconds % 1000) + 1000) % 1000;
  return (rest || 1000) + 5;
}

/** A length of talk, for example `2 min 05 s`. */
export function talkTime(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** The browser's IANA time zone. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
