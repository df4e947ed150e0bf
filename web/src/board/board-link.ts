/** The shared document, its line to the server, and what is kept of it in this browser. */

import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

import { orgOf } from "../shared/access";
import type { Api } from "../shared/api";
import { colourOf } from "../shared/colours";
import type { Me } from "../shared/types";
import { Offline, storeName } from "./offline";
import type { Part, TextPart } from "./schema";
import { Saving, type SaveState } from "./saving";

/** The close code for "not allowed here". */
const NOT_ALLOWED = 4403;
/** A document that cannot be taken as it is. */
const NOT_TAKEN = [4400, 4413];
const GONE = 4404;

export interface BoardListener {
  changed(): void;
  /** The server does not take what was edited here, for this reason: the page is to begin from its document. */
  discarded(reason: string): void;
}

export class BoardLink {
  readonly doc = new Y.Doc();
  readonly shapes = this.doc.getMap("shapes");
  readonly settings = this.doc.getMap("code-settings");
  readonly notes = this.doc.getMap("notes");
  readonly provider: WebsocketProvider;
  /** Where in the board this person is, for messages that belong to a place. */
  place = "text@end";
  /** Why the server closed the line for good; empty while it has not. */
  refused = "";
  private second = false;
  private readonly undoing = new Map<Part, Y.UndoManager>();
  private readonly offline: Offline;
  private readonly saving = new Saving();
  private readonly ticking: ReturnType<typeof setInterval>;
  private over = false;
  /** Whether the server has shown its document on the present line: only then does it look at edits. */
  private synced = false;

  constructor(
    readonly api: Api,
    readonly room: string,
    readonly me: Me,
    private readonly listener: BoardListener,
  ) {
    const params = { token: api.token };
    // Tabs of one browser meet on the server, as everybody does: it checks what each of them may do.
    const options = { params, disableBc: true, connect: false };
    this.provider = new WebsocketProvider(api.socket("/boards"), room, this.doc, options);
    this.offline = new Offline(storeName(orgOf(api.token), me.person, room), this.doc);
    const color = colourOf(me.person);
    const user = { person: me.person, name: me.name, color, colorLight: `${color}40` };
    this.provider.awareness.setLocalStateField("user", user);
    this.provider.on("status", ({ status }) => this.moved(status === "connected"));
    this.provider.on("sync", (synced) => this.met(synced));
    this.provider.on("closed", ({ code, reason }) => this.stopped(code, reason));
    this.doc.on("update", this.updated);
    this.ticking = setInterval(this.tick, 500);
    addEventListener("offline", this.cutOff);
    addEventListener("pagehide", this.gone);
    void this.offline.ready.then((unsaved) => unsaved && this.edited());
  }

  /** Connects once what was kept here is in the document: it is merged with the server's. */
  connect(): void {
    this.refused = "";
    this.second = true;
    void this.offline.ready.then(() => this.over || this.provider.connect());
  }

  text(part: TextPart): Y.Text {
    return this.doc.getText(part);
  }

  /** Takes back what this person did in a part, for as long as the page is open. */
  undo(part: Part): Y.UndoManager {
    const known = this.undoing.get(part);
    if (known) return known;
    // A shape is a step of its own, however quickly one draws.
    const drawing = { trackedOrigins: new Set<unknown>([this]), captureTimeout: 0 };
    const made = part === "shapes" ? new Y.UndoManager(this.shapes, drawing) : new Y.UndoManager(this.text(part));
    this.undoing.set(part, made);
    return made;
  }

  /** One change of the whiteboard, the settings or the notes, as one step that can be taken back. */
  edit(change: () => void): void {
    this.doc.transact(change, this);
  }

  /** Says in the document that a message belongs to a place, for clients that know nothing but the document. */
  note(message: string, anchor: string): void {
    this.edit(() => this.notes.set(message, { v: 1, anchor }));
  }

  /** Tells the others which part this person looks at. */
  looksAt(part: Part): void {
    const { awareness } = this.provider;
    awareness.setLocalState({ ...awareness.getLocalState(), part, cursor: null, pointer: null });
  }

  get save(): SaveState {
    return this.saving.state;
  }

  /** Whether something typed here might be lost to the others if the page went away now. */
  get unsaved(): boolean {
    return this.saving.dirty;
  }

  /** The server said that the board is in the log. */
  saved(): void {
    this.step(() => this.saving.saved(performance.now()));
  }

  /** The line is back after a break. */
  resumed(): void {
    this.saving.resumed(performance.now());
  }

  destroy(): void {
    this.halt();
    this.doc.destroy();
  }

  /** Destroys it, and what is kept in this browser. */
  async forget(): Promise<void> {
    this.halt();
    await this.offline.forget();
    this.doc.destroy();
  }

  private halt(): void {
    this.over = true;
    clearInterval(this.ticking);
    removeEventListener("offline", this.cutOff);
    removeEventListener("pagehide", this.gone);
    this.provider.destroy();
  }

  /** A line that is gone can hang for minutes without a word; if it is not gone, another is there at once. */
  private readonly cutOff = () => {
    if (!this.provider.wsconnected) return;
    this.provider.disconnect();
    this.provider.connect();
  };

  /** Without a line the board is kept: a page that is loaded again has nothing else to show. */
  private readonly gone = ({ persisted }: PageTransitionEvent) => {
    if (!persisted && !this.unsaved && this.provider.wsconnected) this.offline.release();
  };

  private readonly updated = (_update: Uint8Array, origin: unknown) => {
    // What was kept here comes in with the store as its origin, and is no new edit.
    const origins: unknown[] = [this.provider, this.offline.origin];
    if (!origins.includes(origin)) this.edited();
  };

  private edited(): void {
    this.step(() => this.saving.edit(performance.now()));
  }

  private readonly tick = () => this.step(() => this.saving.tick(performance.now()));

  private step(change: () => void): void {
    const [before, unsaved] = [this.save, this.unsaved];
    change();
    if (this.unsaved !== unsaved) this.offline.mark(this.unsaved);
    if (this.save !== before) this.listener.changed();
  }

  private moved(connected: boolean): void {
    this.saving.connection(connected, performance.now());
    if (connected) this.synced = false;
    this.listener.changed();
  }

  private met(synced: boolean): void {
    if (!synced) return;
    this.synced = true;
    this.resumed();
  }

  private stopped(code: number, reason: string): void {
    const looked = this.synced && this.unsaved;
    if (code === NOT_ALLOWED && this.second) {
      // That line may have been opened before one had come (back) into the room.
      this.second = false;
      this.provider.connect();
      return;
    }
    if (looked && (code === NOT_ALLOWED || NOT_TAKEN.includes(code))) return this.listener.discarded(reason);
    if (code === GONE) void this.offline.forget();
    this.refused = reason || `The server closed the board (${code}).`;
    this.listener.changed();
  }
}
