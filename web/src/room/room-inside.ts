import { LitElement, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { icon, type IconName } from "../shared/icons";
import { notify, tell } from "../shared/notice";
import { freshId } from "../shared/ids";
import { parts } from "../shared/sheets";
import type { Floor, Intervention, RoomView, Timer } from "../shared/types";
import type { Board, LeadEvent } from "../board/board";
import { told } from "./floor";
import type { FloorEvent } from "./floor-bar";
import type { SettingEvent } from "./captions";
import type { Messages, PlaceEvent, SendEvent } from "./messages";
import type { RoomHeader } from "./room-header";
import { insideStyles } from "./room-inside-styles";
import type { RoomSession } from "./session";
import type { TimerEvent } from "./timer";
import type { VoiceWish } from "./voice-controls";
import "../board/board";
import "./captions";
import "./dynamics";
import "./facilitator-note";
import "./floor-bar";
import "./fresh-problem";
import type { HelpPart } from "./help";
import "./help";
import "./mastery";
import "./members";
import "./messages";
import "./pose-problem";
import "./problem";
import "./room-header";
import "./tiles";
import "./timer";
import "./voice-controls";

type Tab = "board" | "talk" | "progress";

const TABS: [Tab, string, IconName][] = [
  ["board", "Board", "board"],
  ["talk", "Conversation", "chat"],
  ["progress", "Progress", "star"],
];
const BANNER_MS = 60_000;

/** The room from inside: it lays out the parts and passes wishes on. */
@customElement("ly-room-inside")
export class RoomInside extends LitElement {
  static override styles = [parts, insideStyles];

  /** Mutable: whoever changes it asks for a rendering. */
  @property({ attribute: false, hasChanged: () => true }) session!: RoomSession;
  @state() private tab: Tab = "board";
  @state() private dismissed = 0;
  @query("ly-room-header") private headerPart!: RoomHeader;
  @query("ly-help") private helpPart!: HelpPart;
  @query("ly-board") private boardPart!: Board | null;
  @query("ly-messages") private messagesPart!: Messages;
  private seen = 0;
  private lastFloor: Floor | null = null;
  private readonly levels = () => this.session.levels();

  private get view(): RoomView {
    return this.session.view!;
  }

  private readonly nameOf = (person: string) => this.session.names.of(person);

  private async send({ detail: { text, anchored, done } }: SendEvent): Promise<void> {
    const { api, board } = this.session;
    const message = freshId();
    const anchor = anchored ? board?.place : undefined;
    const went = await this.act(() => api.post(this.path("messages"), { message, text, ...(anchor ? { anchor } : {}) }));
    if (went && anchor) board?.note(message, anchor);
    done(went);
  }

  private async goTo({ detail }: PlaceEvent): Promise<void> {
    this.tab = "board";
    await this.updateComplete;
    await this.boardPart?.show(detail);
  }

  private async lead({ detail }: LeadEvent): Promise<void> {
    this.tab = "talk";
    await this.updateComplete;
    this.messagesPart.show(detail);
  }

  private setTimer(timer: Timer): void {
    void this.act(() => this.session.api.post(this.path("timer"), timer));
  }

  private wish({ detail }: VoiceWish): void {
    const { voice } = this.session;
    const wishes: Record<VoiceWish["detail"], () => unknown> = {
      join: () => this.session.speak(),
      leave: () => voice.stop(),
      mute: () => voice.mute(!voice.muted),
      reopen: () => voice.reopen(),
      agree: () => this.headerPart.open(),
      hand: () => this.session.raise(!this.hand),
      camera: () => voice.pictures.toggle("camera"),
      screen: () => voice.pictures.toggle("screen"),
    };
    void this.act(async () => wishes[detail]());
  }

  private decide({ detail }: FloorEvent): void {
    void this.act(() => this.session.decide(detail));
  }

  /** What changed on the floor since it was last looked at, in words. */
  protected override updated(): void {
    const { view, me, leads } = this.session;
    const [before, after] = [this.lastFloor, view!.floor];
    this.lastFloor = after;
    if (!before || before === after) return;
    const reader = { me: me.person, leads, agreed: me.consents.includes("voice"), nameOf: this.nameOf };
    for (const words of told(before, after, reader)) notify(this, words);
  }

  private get teaches(): boolean {
    return this.session.me.roles.some((role) => role === "tutor" || role === "admin");
  }

  private get hand(): boolean {
    return this.view.floor.hands.includes(this.session.me.person);
  }

  private act(action: () => Promise<unknown>): Promise<boolean> {
    return tell(this, action);
  }

  private path(what: string): string {
    return `/rooms/${this.session.room}/${what}`;
  }

  override render() {
    return html`${this.header()}
      <div class="people">
        <ly-members
          .members=${this.view.members}
          .speaking=${this.session.speaking}
          .inVoice=${this.session.inVoice}
          .floor=${this.view.floor}
          .levels=${this.levels}
          me=${this.session.me.person}
          ?leads=${this.session.leads}
          @floor=${this.decide}
        ></ly-members>
        <ly-floor-bar
          .floor=${this.view.floor}
          .nameOf=${this.nameOf}
          me=${this.session.me.person}
          ?leads=${this.session.leads}
          @floor=${this.decide}
        ></ly-floor-bar>
        <ly-captions
          .captions=${this.session.spoken.captions}
          .nameOf=${this.nameOf}
          ?transcripts=${this.session.spoken.transcripts}
          ?model=${this.session.spoken.textToModel}
          ?voice=${this.session.spoken.facilitatorVoice}
          ?sets=${this.teaches}
          ?agreed=${this.session.me.consents.includes("transcript") && this.session.me.consents.includes("voice")}
          @setting=${({ detail: { setting, on } }: SettingEvent) => this.act(() => this.session.spoken.set(setting, on))}
        ></ly-captions>
      </div>
      <main data-tab=${this.tab}>${this.work()} ${this.talk()} ${this.progress()}</main>
      ${this.tabs()}`;
  }

  private header() {
    const { api, me, voice, board, feedUp, rights, leads } = this.session;
    return html`<ly-room-header
      .api=${api}
      .me=${me}
      heading=${this.view.title}
      save=${board?.save ?? "offline"}
      ?live=${feedUp}
      ?recording=${this.view.recording}
      @leave=${() => this.act(() => this.session.leave())}
    >
      ${this.teaches
        ? html`<ly-pose-problem .api=${api} room=${this.session.room}></ly-pose-problem>`
        : nothing}
      <button class="quiet small" data-testid="help-button" @click=${() => this.helpPart.open()}>
        ${icon("bulb", 15)} I'm stuck
      </button>
      <ly-fresh-problem .api=${api} room=${this.session.room} ?alike=${this.view.problem !== null}></ly-fresh-problem>
      ${leads ? this.recordButton() : nothing}
      <ly-timer .timer=${this.view.timer} @timer=${(event: TimerEvent) => this.setTimer(event.detail)}></ly-timer>
      <ly-voice-controls
        .voice=${voice}
        .rights=${rights}
        ?held=${this.view.floor.muted.includes(me.person)}
        ?hand=${this.hand}
        ?leads=${leads}
        ?agreed=${me.consents.includes("voice")}
        @wish=${this.wish}
      ></ly-voice-controls>
    </ly-room-header>`;
  }

  private recordButton() {
    const { api } = this.session;
    const on = this.view.recording;
    const turn = () => this.act(() => (on ? api.delete(this.path("recording")) : api.post(this.path("recording"))));
    return html`<button class="quiet small" data-testid="record-button" aria-pressed=${on ? "true" : "false"} @click=${turn}>
      ${icon(on ? "stop" : "record", 16)} ${on ? "Stop recording" : "Record"}
    </button>`;
  }

  private work() {
    const { api, board, room, tiles } = this.session;
    const { problem } = this.view;
    return html`<div class="work">
      ${this.banner()}
      ${tiles.length ? html`<ly-tiles .tiles=${tiles}></ly-tiles>` : nothing}
      ${problem ? html`<ly-problem .api=${api} room=${room} .problem=${problem}></ly-problem>` : nothing}
      ${this.facilitating()} ${this.givenUp()}
      <ly-help
        .api=${api}
        room=${room}
        me=${this.session.me.person}
        .problem=${problem?.problem ?? null}
        .helps=${this.view.helps ?? []}
      ></ly-help>
      ${board ? html`<ly-board class="card" .link=${board} refused=${board.refused}
            .messages=${this.view.messages} .nameOf=${this.nameOf} @lead=${this.lead}></ly-board>` : nothing}
    </div>`;
  }

  /** How the facilitator is guided here, and a way to say that the group is stuck. */
  private facilitating() {
    const { mode, hold_out, reading } = this.view.facilitator;
    const told = [
      mode === "muted" ? "The facilitator is muted." : mode === "approve" ? "A tutor approves what the facilitator says." : "",
      hold_out ? `To learn what helps, the facilitator keeps silent about ${Math.round(hold_out / 100)} times of 100, by lot.` : "",
      reading ? "Messages are compared with the words of the problem." : "",
    ];
    const say = async () => {
      if (await this.act(() => this.session.api.post(this.path("stuck"), { report: freshId() })))
        notify(this, "Noted: the group is stuck.");
    };
    return html`<p class="row small muted" data-testid="facilitating">
      <span class="grow">${told.filter(Boolean).join(" ")}</span>
      <button class="quiet small" data-testid="stuck-button" @click=${say}>We are stuck</button>
    </p>`;
  }

  private givenUp() {
    const { discarded } = this.session;
    if (!discarded) return nothing;
    const close = () => {
      this.session.discarded = "";
      this.requestUpdate();
    };
    return html`<p class="given-up row" role="alert" data-testid="board-discarded">
      <span class="grow">Your last edit was refused: ${discarded}</span>
      <button class="quiet small" @click=${close}>All right</button>
    </p>`;
  }

  /** What the facilitator said last stays above the board for a while, wherever one looks. */
  private banner() {
    const last = this.view.interventions.at(-1);
    if (!last || last.position <= this.dismissed || old(last)) return nothing;
    return html`<ly-facilitator-note
      mark="banner-"
      dismissible
      .intervention=${last}
      @dismiss=${() => (this.dismissed = last.position)}
    ></ly-facilitator-note>`;
  }

  private talk() {
    return html`<section class="talk card" aria-label="Conversation">
      <ly-messages
        .messages=${this.view.messages}
        .interventions=${this.view.interventions}
        .nameOf=${this.nameOf}
        @send=${this.send}
        @place=${this.goTo}
      ></ly-messages>
    </section>`;
  }

  private progress() {
    const { api, me } = this.session;
    return html`<aside class="progress" aria-label="Your progress">
      ${this.teaches ? html`<ly-dynamics class="card" .api=${api} room=${this.session.room}></ly-dynamics>` : nothing}
      <lyceum-quests class="card" .token=${api.token} person=${me.person}></lyceum-quests>
      <ly-mastery class="card" .token=${api.token} person=${me.person}></ly-mastery>
      <lyceum-leaderboard class="card" .token=${api.token} person=${me.person} board="xp" season="week"></lyceum-leaderboard>
    </aside>`;
  }

  private tabs() {
    const last = Math.max(0, ...[...this.view.messages, ...this.view.interventions].map((one) => one.position));
    if (this.tab === "talk") this.seen = last;
    return html`<nav aria-label="Parts of the room">
      ${TABS.map(
        ([tab, name, picture]) => html`<button
          data-tab=${tab}
          data-testid="tab-${tab}"
          aria-current=${this.tab === tab ? "true" : "false"}
          @click=${() => (this.tab = tab)}
        >
          ${icon(picture, 20)} ${name}
          ${tab === "talk" && last > this.seen ? html`<span class="unread"><span class="sr">New messages</span></span>` : nothing}
        </button>`,
      )}
    </nav>`;
  }
}

function old(intervention: Intervention): boolean {
  return Date.now() - Date.parse(intervention.at) > BANNER_MS;
}
