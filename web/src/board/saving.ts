/**
 * Whether what was typed here is in the log yet.
 *
 * The server gathers edits for a moment and then says that the board is saved. An edit made just before that
 * word came may belong to the next gathering, so only what is older than `SETTLED_MS` counts as saved by it.
 * If all was saved and nothing else follows, a later look at the clock says so. The same holds when the feed
 * was away for a while, since the word may have been missed then.
 */

export type SaveState = "saved" | "saving" | "offline";

/** Longer than an edit takes to the server, shorter than two gatherings. */
export const SETTLED_MS = 300;
/** No second word within this time: the first one covered everything. */
export const QUIET_MS = 2500;

export class Saving {
  private edited: number | null = null;
  private heard: number | null = null;
  private connected = false;

  edit(now: number): void {
    this.edited = now;
    this.heard = null;
  }

  /** The server said "saved". */
  saved(now: number): void {
    if (this.edited === null || !this.connected) return;
    if (now - this.edited >= SETTLED_MS) this.edited = null;
    else this.heard = now;
  }

  /** The feed is back: "saved" may have been said meanwhile. */
  resumed(now: number): void {
    if (this.dirty && this.connected) this.heard = now;
  }

  /** Time has passed. */
  tick(now: number): void {
    if (this.connected && this.heard !== null && now - this.heard >= QUIET_MS) this.edited = this.heard = null;
  }

  connection(connected: boolean, now: number): void {
    this.connected = connected;
    this.heard = null;
    // What was typed while the line was down is sent only now.
    if (connected && this.dirty) this.edited = now;
  }

  get dirty(): boolean {
    return this.edited !== null;
  }

  get state(): SaveState {
    if (!this.connected) return "offline";
    return this.dirty ? "saving" : "saved";
  }
}
