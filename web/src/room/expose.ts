/** The one thing the page shows to the outside, for tests and for finding faults. */

import type * as Y from "yjs";

import type { RoomSession } from "./session";

declare global {
  interface Window {
    lyceum?: { readonly peer: RTCPeerConnection | null; readonly doc: Y.Doc | null };
  }
}

export function expose(session: RoomSession): void {
  window.lyceum = {
    get peer() {
      return session.voice.peer;
    },
    get doc() {
      return session.board?.doc ?? null;
    },
  };
}
