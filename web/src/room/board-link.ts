/** The shared document and its line to the server. */

import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

import type { Api } from "../shared/api";
import { colourOf } from "../shared/colours";
import type { Me } from "../shared/types";
import { Saving, type SaveState } from "./saving";

/** The close code for "not allowed here". */
const NOT_INSIDE = 4403;

export class BoardLink {
  readonly doc = new Y.Doc();
  readonly text = this.doc.getText("text");
  readonly provider: WebsocketProvider;
  /** Why the server closed the line for good; empty while it has not. */
  refused = "";
  private second = false;
  private readonly saving = new Saving();
  private readonly ticking: ReturnType<typeof setInterval>;

  constructor(
    api: Api,
    room: string,
    me: Me,
    private readonly changed: () => void,
  ) {
    const params = { token: api.token };
    // Tabs of one browser meet on the server, as everybody does: it checks what each of them may do.
    const options = { params, disableBc: true, connect: false };
    this.provider = new WebsocketProvider(api.socket("/boards"), room, this.doc, options);
    const color = colourOf(me.person);
    const user = { person: me.person, name: me.name, color, colorLight: `${color}40` };
    this.provider.awareness.setLocalStateField("user", user);
    this.provider.on("status", ({ status }) => this.moved(status === "connected"));
    this.provider.on("closed", ({ code, reason }) => this.stopped(code, reason));
    this.doc.on("update", this.updated);
    this.ticking = setInterval(this.tick, 500);
  }

  connect(): void {
    this.refused = "";
    this.second = true;
    this.provider.connect();
  }

  get save(): SaveState {
    return this.saving.state;
  }

  /** Whether something typed here might be lost if the page went away now. */
  get unsaved(): boolean {
    return this.saving.dirty;
  }

  /** The server said that the board is in the log. */
  saved(): void {
    this.saving.saved(performance.now());
    this.changed();
  }

  /** The feed is back after a break. */
  resumed(): void {
    this.saving.resumed(performance.now());
  }

  destroy(): void {
    clearInterval(this.ticking);
    this.provider.destroy();
    this.doc.destroy();
  }

  private readonly updated = (_update: Uint8Array, origin: unknown) => {
    if (origin === this.provider) return;
    const before = this.save;
    this.saving.edit(performance.now());
    if (this.save !== before) this.changed();
  };

  private readonly tick = () => {
    const before = this.save;
    this.saving.tick(performance.now());
    if (this.save !== before) this.changed();
  };

  private moved(connected: boolean): void {
    this.saving.connection(connected, performance.now());
    this.changed();
  }

  private stopped(code: number, reason: string): void {
    if (code === NOT_INSIDE && this.second) {
      // That line may have been opened before one had come (back) into the room.
      this.second = false;
      this.provider.connect();
      return;
    }
    this.refused = reason || `The server closed the board (${code}).`;
    this.changed();
  }
}
