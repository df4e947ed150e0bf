/** The one thing the page shows to the outside, for tests and for finding faults. */

import type * as Y from "yjs";

import type { Slot } from "../shared/types";
import type { RoomSession } from "./session";

declare global {
  interface Window {
    lyceum?: { readonly peer: RTCPeerConnection | null; readonly slots: readonly Slot[]; readonly doc: Y.Doc | null };
  }
}

export function expose(session: RoomSession): void {
  window.lyceum = {
    get peer() {
      return session.voice.peer;
    },
    get slots() {
      return session.slots;
    },
    get doc() {
      return session.board?.doc ?? null;
    },
  };
}
