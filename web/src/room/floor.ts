/** The floor as the page knows it: pure folds, and what follows from it for one person. */

import type { Fact, Floor, RoomView } from "../shared/types";

type List = "hands" | "speakers" | "muted" | "showing";

const BEGIN: Record<string, List> = {
  "floor.hand-raised.v1": "hands",
  "floor.given.v1": "speakers",
  "floor.muted.v1": "muted",
  "floor.showing-allowed.v1": "showing",
};
const END: Record<string, readonly List[]> = {
  "floor.hand-lowered.v1": ["hands"],
  "floor.taken.v1": ["speakers"],
  "floor.unmuted.v1": ["muted"],
  "floor.showing-ended.v1": ["showing"],
  "floor.given.v1": ["hands", "muted", "speakers"],
  "room.left.v1": ["hands", "speakers", "showing"],
};
const MODE = "floor.mode-set.v1";

export const FLOOR_FACTS: readonly string[] = [
  MODE,
  ...new Set([...Object.keys(BEGIN), ...Object.keys(END)].filter((type) => type.startsWith("floor."))),
];

/** The floor after one event of the room; the same object if nothing changed. */
export function foldFloor(floor: Floor, event: Fact["event"]): Floor {
  const { type, person, mode } = event as { type: string; person?: string; mode?: Floor["mode"] };
  if (type === MODE) return { ...floor, mode: mode ?? "open", speakers: [] };
  if (!person || !(type in BEGIN || type in END)) return floor;
  const now = { ...floor };
  for (const list of END[type] ?? []) now[list] = now[list].filter((other) => other !== person);
  const list = BEGIN[type];
  if (list && !now[list].includes(person)) now[list] = [...now[list], person];
  return now;
}

/** What one person may do. */
export interface Rights {
  readonly speak: boolean;
  readonly show: boolean;
}

export function rightsOf(floor: Floor, person: string, leads: boolean): Rights {
  const free = floor.mode === "open" || leads || floor.speakers.includes(person);
  return { speak: free && !floor.muted.includes(person), show: floor.showing.includes(person) };
}

/** Whoever leads the room decides for others; the server has the last word. */
export function leadsRoom(view: RoomView, person: string, roles: readonly string[]): boolean {
  return view.host === person || roles.some((role) => role === "tutor" || role === "admin");
}

/** Who reads it: whether they lead the room, and agreed to be heard. */
export interface Reader {
  readonly me: string;
  readonly leads: boolean;
  readonly agreed: boolean;
  readonly nameOf: (person: string) => string;
}

/** What a person reads when the floor changes: what concerns them, and to who leads, whose hand went up. */
export function told(before: Floor, after: Floor, { me, leads, agreed, nameOf }: Reader): string[] {
  const [was, is] = [rightsOf(before, me, leads), rightsOf(after, me, leads)];
  const yet = agreed ? "Nobody hears you until you unmute." : "To be heard, agree to it first.";
  const said = changed(before, after, me, was, is, yet);
  if (!was.show && is.show) said.push("You may show your camera or your screen now.");
  if (was.show && !is.show) said.push("You show nothing any more.");
  if (leads) {
    const raised = after.hands.filter((person) => person !== me && !before.hands.includes(person));
    for (const person of raised) said.push(`${nameOf(person)} raised a hand.`);
  }
  return said;
}

function changed(before: Floor, after: Floor, me: string, was: Rights, is: Rights, yet: string): string[] {
  const newly = (list: List) => after[list].includes(me) && !before[list].includes(me);
  if (newly("muted")) return ["You were muted. Raise your hand if you want to speak."];
  if (newly("speakers") && is.speak) return [`You have the floor. ${yet}`];
  if (was.speak && !is.speak) return [after.mode === before.mode ? "The floor was taken back." : "There is a stage now: raise your hand to speak."];
  if (!was.speak && is.speak) return [`You may speak again. ${yet}`];
  return [];
}
