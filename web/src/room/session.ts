/** One person's presence in one room: entering, staying through breaks in the line, leaving. */

import { Refusal, words, type Api } from "../shared/api";
import type { Fact, Me, RoomView, Slot } from "../shared/types";
import { BoardLink, type BoardListener } from "../board/board-link";
import { openFeed, type FeedListener } from "./feed";
import { leadsRoom, rightsOf, type Rights } from "./floor";
import { asksForMore, fold, refreshed, type KnownRoom } from "./model";
import type { FloorAct } from "./floor-bar";
import { Names } from "./names";
import { Spoken } from "./spoken";
import type { Picture } from "./pictures";
import type { Tile } from "./tiles";
import { Voice } from "./voice";

/** In which list a decision puts a person, or from which it takes them. */
const DECISIONS: Record<Exclude<FloorAct["act"], "mode">, [string, boolean]> = {
  give: ["speakers", true],
  take: ["speakers", false],
  mute: ["muted", true],
  unmute: ["muted", false],
  allow: ["showing", true],
  end: ["showing", false],
  lower: ["hands", false],
};

export class RoomSession implements FeedListener {
  /** Why what was edited here was given up; empty if nothing was. */
  discarded = "";
  view: KnownRoom | null = null;
  inside = false;
  /** Why one is outside again. */
  notice = "";
  feedUp = false;
  board: BoardLink | null = null;
  speaking: ReadonlySet<string> = new Set();
  slots: readonly Slot[] = [];
  readonly voice: Voice;
  readonly names: Names;
  readonly spoken: Spoken;
  private feed: { close(): void } | null = null;
  private entering = false;

  constructor(
    readonly api: Api,
    readonly room: string,
    public me: Me,
    private readonly changed: () => void,
  ) {
    this.voice = new Voice(api, room, changed);
    this.names = new Names(api, room, changed);
    this.spoken = new Spoken(api, room, changed);
  }

  /** Fetches the room, at least as of a position. */
  async refresh(position?: number): Promise<void> {
    const fetched = await this.api.get<RoomView>(`/rooms/${this.room}`, { at_least: position });
    this.view = refreshed(this.view, fetched);
    this.names.learn(this.view);
    this.voice.permit(this.rights);
    this.changed();
  }

  /** Whether one leads this room: its host, or a tutor. */
  get leads(): boolean {
    return this.view !== null && leadsRoom(this.view, this.me.person, this.me.roles);
  }

  /** What one may do in the room's voice. */
  get rights(): Rights {
    return this.view ? rightsOf(this.view.floor, this.me.person, this.leads) : { speak: false, show: false };
  }

  /** Hears the others, and is heard by them if one agreed to that. */
  async speak(): Promise<void> {
    await this.voice.start(this.me.consents.includes("voice"));
  }

  async raise(up: boolean): Promise<void> {
    const path = this.floorPath("hands", this.me.person);
    await (up ? this.api.put(path) : this.api.delete(path));
  }

  /** Decides something about the floor, as who leads the room, or about oneself. */
  async decide(wish: FloorAct): Promise<void> {
    if (wish.act === "mode") {
      await this.api.post(`/rooms/${this.room}/floor`, { mode: wish.mode });
      return;
    }
    const [list, put] = DECISIONS[wish.act];
    const path = this.floorPath(list, wish.person);
    await (put ? this.api.put(path) : this.api.delete(path));
  }

  private floorPath(list: string, person: string): string {
    return `/rooms/${this.room}/floor/${list}/${person}`;
  }

  /** Cameras and screens, one's own last. */
  get tiles(): readonly Tile[] {
    const seen = this.slots.flatMap(({ mid, person, what }) => {
      const track = person && what && what !== "voice" ? this.voice.trackOf(mid) : null;
      return track ? [{ person: person!, what: what as Picture, name: this.names.of(person!), track, own: false }] : [];
    });
    const own = (["camera", "screen"] as const).flatMap((what) => {
      const track = this.voice.pictures.get(what);
      return track ? [{ person: this.me.person, what, name: this.me.name, track, own: true }] : [];
    });
    return [...seen, ...own];
  }

  /** How loud somebody is, 0 to 1. */
  levels(): Map<string, number> {
    const levels = this.voice.levels(this.slots);
    return levels.set(this.me.person, this.voice.microphone.level);
  }

  async join(withVoice: boolean): Promise<void> {
    await this.enter();
    this.open();
    if (withVoice) await this.speak();
  }

  /** Inside again without a line, with what was known of the room; the rest comes with the line. */
  resume(view: KnownRoom): void {
    this.view = view;
    this.open();
  }

  private open(): void {
    this.inside = true;
    this.notice = "";
    this.board ??= this.newBoard();
    this.board.connect();
    this.feed ??= openFeed(this.api, this.room, this);
    this.changed();
  }

  async leave(): Promise<void> {
    await this.api.post(`/rooms/${this.room}/leave`);
    await this.goOut("You have left the room.");
  }

  /** Who can be heard, as far as this page knows. */
  get inVoice(): ReadonlySet<string> {
    const people = new Set([...this.speaking, ...this.slots.flatMap((slot) => ((slot.what ?? "voice") === "voice" && slot.person) || [])]);
    if (this.voice.state === "on" && this.voice.sends && this.rights.speak) people.add(this.me.person);
    return people;
  }

  hello(position: number): void {
    this.speaking = new Set();
    this.board?.resumed();
    void this.catchUp(position);
  }

  fact(fact: Fact): void {
    if (this.view) this.view = fold(this.view, fact);
    this.spoken.fact(fact);
    this.voice.permit(this.rights);
    if (fact.event.type === "board.edited.v1") this.saved();
    const { type, person, why } = fact.event as { type: string; person?: string; why?: string };
    if (type === "room.left.v1" && person === this.me.person) void this.removed(why ?? "", fact.position);
    else if (asksForMore(type)) void this.catchUp(fact.position);
    this.changed();
  }

  speakingChanged(person: string, speaking: boolean): void {
    const now = new Set(this.speaking);
    if (speaking) now.add(person);
    else now.delete(person);
    this.speaking = now;
    this.changed();
  }

  slotsChanged(slots: Slot[]): void {
    this.slots = slots;
    this.changed();
  }

  nodeGone(node: string): void {
    void this.voice.gone(node);
  }

  saved(): void {
    this.board?.saved();
  }

  up(isUp: boolean): void {
    this.feedUp = isUp;
    this.changed();
    // The feed cannot say why it is refused; asking for the room can.
    if (!isUp) void this.catchUp(this.view?.position ?? 0);
  }

  private async enter(): Promise<void> {
    const { position } = await this.api.post(`/rooms/${this.room}/join`);
    await this.refresh(position);
  }

  private async catchUp(position: number): Promise<void> {
    try {
      await this.refresh(position);
      await this.spoken.refresh();
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 0;
      if (this.inside && status === 403) await this.comeBack();
      if (this.inside && status === 401) await this.goOut(words(error), true);
      return; // Else the line broke again: the next hello comes with the next connection.
    }
    if (!this.inside || !this.view) return;
    if (this.view.closed) await this.goOut("The room was closed. Its history stays.");
    else if (!this.view.members.some((member) => member.person === this.me.person)) await this.comeBack();
  }

  /** The log says that one is outside: by one's own will, or because the line was silent for too long. */
  private async removed(why: string, position: number): Promise<void> {
    if (!this.inside || (this.view?.position ?? 0) > position) return;
    if (why === "gone") await this.comeBack();
    else if (why === "moved") await this.goOut("You are in another room now.");
    else if (why === "left") await this.goOut("You have left the room.");
    else await this.catchUp(position);
  }

  private newBoard(): BoardLink {
    const discarded = (reason: string) => void this.beginAgain(reason);
    const listener: BoardListener = { changed: this.changed, discarded };
    return new BoardLink(this.api, this.room, this.me, listener);
  }

  /** The server does not take what was edited here: on with what it has. */
  private async beginAgain(reason: string): Promise<void> {
    this.discarded = reason;
    const board = this.board;
    await board?.forget();
    if (this.board !== board || !this.inside) return;
    this.board = this.newBoard();
    this.board.connect();
    this.changed();
  }

  private async comeBack(): Promise<void> {
    if (this.entering) return;
    this.entering = true;
    try {
      await this.enter();
      this.board?.connect();
    } catch (error) {
      await this.goOut(words(error));
    } finally {
      this.entering = false;
    }
  }

  /** Outside, nothing is kept in this browser, unless one is to come back with it. */
  private async goOut(notice: string, keep = false): Promise<void> {
    this.inside = false;
    this.notice = notice;
    this.feed?.close();
    this.feed = null;
    const board = this.board;
    this.board = null;
    if (keep) board?.destroy();
    else void board?.forget();
    this.speaking = new Set();
    this.slots = [];
    this.changed();
    await this.voice.stop();
  }
}
