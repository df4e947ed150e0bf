/** What this tab remembers of the room that one is in, for when the page is loaded again without a line. */

import { personOf } from "../shared/access";
import type { Me } from "../shared/types";
import type { KnownRoom } from "./model";

export interface Kept {
  me: Me;
  view: KnownRoom;
}

function place(room: string): string {
  return `lyceum.kept.${room}`;
}

/** As long as the tab is open, like the token, and no longer. */
export function keep(room: string, kept: Kept): void {
  try {
    sessionStorage.setItem(place(room), JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing, or no more: the page works all the same.
  }
}

export function forget(room: string): void {
  sessionStorage.removeItem(place(room));
}

/** Null if nothing is remembered, or it is of another person. */
export function recall(room: string, token: string): Kept | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place(room)) ?? "null") as Kept | null;
    return kept?.me.person === personOf(token) ? kept : null;
  } catch {
    return null;
  }
}
