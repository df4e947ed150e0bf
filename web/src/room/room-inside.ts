import { LitElement, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { icon, type IconName } from "../shared/icons";
import { tell } from "../shared/notice";
import { freshId } from "../shared/ids";
import { parts } from "../shared/sheets";
import type { Intervention, RoomView, Timer } from "../shared/types";
import type { Board } from "../board/board";
import type { PlaceEvent, SendEvent } from "./messages";
import type { RoomHeader } from "./room-header";
import { insideStyles } from "./room-inside-styles";
import type { RoomSession } from "./session";
import type { TimerEvent } from "./timer";
import "../board/board";
import "./facilitator-note";
import "./mastery";
import "./members";
import "./messages";
import "./pose-problem";
import "./problem";
import "./room-header";
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
  @query("ly-board") private boardPart!: Board | null;
  private seen = 0;

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

  private setTimer(timer: Timer): void {
    void this.act(() => this.session.api.post(this.path("timer"), timer));
  }

  /** Whoever has not agreed to be heard is asked first. */
  private joinVoice(): void {
    if (this.session.me.consents.includes("voice")) void this.session.voice.start();
    else this.headerPart.open();
  }

  private act(action: () => Promise<unknown>): Promise<boolean> {
    return tell(this, action);
  }

  private path(what: string): string {
    return `/rooms/${this.session.room}/${what}`;
  }

  override render() {
    return html`${this.header()}
      <ly-members
        .members=${this.view.members}
        .speaking=${this.session.speaking}
        .inVoice=${this.session.inVoice}
        me=${this.session.me.person}
      ></ly-members>
      <main data-tab=${this.tab}>${this.work()} ${this.talk()} ${this.progress()}</main>
      ${this.tabs()}`;
  }

  private header() {
    const { api, me, voice, board, feedUp } = this.session;
    return html`<ly-room-header
      .api=${api}
      .me=${me}
      heading=${this.view.title}
      save=${board?.save ?? "offline"}
      ?live=${feedUp}
      @leave=${() => this.act(() => this.session.leave())}
    >
      ${me.roles.some((role) => role === "tutor" || role === "admin")
        ? html`<ly-pose-problem .api=${api} room=${this.session.room}></ly-pose-problem>`
        : nothing}
      <ly-timer .timer=${this.view.timer} @timer=${(event: TimerEvent) => this.setTimer(event.detail)}></ly-timer>
      <ly-voice-controls
        state=${voice.state}
        reason=${voice.reason}
        ?muted=${voice.muted}
        ?listening=${voice.listening}
        @voice-join=${this.joinVoice}
        @voice-leave=${() => voice.stop()}
        @voice-mute=${() => voice.mute(!voice.muted)}
      ></ly-voice-controls>
    </ly-room-header>`;
  }

  private work() {
    const { api, board, room } = this.session;
    const { problem } = this.view;
    return html`<div class="work">
      ${this.banner()}
      ${problem ? html`<ly-problem .api=${api} room=${room} .problem=${problem}></ly-problem>` : nothing}
      ${this.givenUp()}
      ${board ? html`<ly-board class="card" .link=${board} refused=${board.refused}></ly-board>` : nothing}
    </div>`;
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
