import { LitElement, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { takeAccess } from "../shared/access";
import { Api, words } from "../shared/api";
import { tell, type NoticeEvent } from "../shared/notice";
import { parts } from "../shared/sheets";
import { exactTime } from "../shared/time";
import type { Toasts } from "../shared/toasts";
import type { Moment } from "../shared/types";
import { auditStyles } from "./audit-styles";
import { History, neighbour } from "./history";
import { board, facilitator, members, messages, spoke, transcripts, voices } from "./panels";
import "./model-calls";
import "./scrubber";
import "./timeline";
import { Voices } from "./voices";

declare global {
  interface Window {
    /** For tests and for finding faults. */
    lyceumVoices?: Voices;
  }
}

const INCOMPLETE = "This link is not complete. Please open the one that you were sent.";
const PLAY_MS = 350;
/** Into how many steps playing divides a history: the board grows between the events of the list, too. */
const PLAY_STEPS = 100;

/** How often the room is asked for while voices play: each answer is a read that goes on record. */
const ROOM_MS = 1000;
/** How often voices are set right, and who speaks is shown. */
const VOICE_MS = 100;
/** Milliseconds of silence that are played; a longer one is passed over. */
const HUSH = 2000;

/** The room as it was at any instant, from the log alone. */
@customElement("ly-audit-page")
export class AuditPage extends LitElement {
  static override styles = [parts, auditStyles];

  @state() private moment: Moment | null = null;
  @state() private position = 0;
  @state() private trouble = "";
  @state() private playing = false;
  @state() private waiting = false;
  @query("ly-toasts") private toasts!: Toasts;
  private asked = { id: "", token: "" };
  private history: History | null = null;
  private voices: Voices | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("ly-notice", (event) => {
      const { text, tone } = (event as NoticeEvent).detail;
      this.toasts.show(text, tone);
    });
    void this.arrive();
  }

  private async arrive(): Promise<void> {
    const { id, token } = (this.asked = takeAccess("audit"));
    try {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(id) || !token) throw new Error(INCOMPLETE);
      this.history = new History(new Api("", token), id);
      this.moment = await this.history.at();
      this.position = this.moment?.position ?? 0;
      await this.listen(id, token);
      document.title = `${this.moment?.title ?? id} · history · Lyceum`;
    } catch (error) {
      this.trouble = words(error);
      return;
    }
    await this.more();
  }

  private async listen(id: string, token: string): Promise<void> {
    const voices = new Voices(new Api("", token), id);
    await tell(this, () => voices.load());
    this.voices = voices;
    window.lyceumVoices = voices;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.voices?.close();
  }

  private async more(): Promise<void> {
    await tell(this, () => this.history!.more());
    this.requestUpdate();
  }

  /** Shows another moment; the slider moves at once, the room as soon as it is here. */
  private async go(position: number): Promise<void> {
    this.position = position;
    this.waiting = true;
    await tell(this, async () => {
      this.moment = (await this.history!.at(position)) ?? this.moment;
    });
    if (this.position === position) this.waiting = false;
  }

  private async step(by: -1 | 1): Promise<void> {
    this.stop();
    if (by > 0) await this.fill();
    const next = neighbour(this.history!.entries, this.position, by);
    if (next !== null) await this.go(next);
  }

  /** Fetches the list as far as stepping forward from here needs it. */
  private async fill(): Promise<void> {
    const history = this.history!;
    while (!history.complete && (history.entries.at(-1)?.position ?? 0) <= this.position) {
      if (!(await tell(this, () => history.more()))) return;
    }
    this.requestUpdate();
  }

  private async play(): Promise<void> {
    if (this.voices?.segments.length) return this.playing ? this.stop() : this.playInTime(this.voices);
    this.playing = !this.playing;
    const { first, last } = this.moment!;
    if (this.playing && this.position >= last) await this.go(first);
    const stride = Math.max(1, Math.ceil((last - first) / PLAY_STEPS));
    while (this.playing && this.isConnected) {
      const pause = new Promise((resume) => setTimeout(resume, PLAY_MS));
      await this.go(Math.min(last, this.position + stride));
      if (this.position >= last) this.playing = false;
      await pause;
    }
  }

  /** Plays as fast as it happened, with the voices; passes over what was neither said nor done. */
  private async playInTime(voices: Voices): Promise<void> {
    this.playing = true;
    if (this.position >= this.moment!.last && voices.nextFrom(instantOf(this.moment!)) === null) {
      await this.go(this.moment!.first);
    }
    voices.start(instantOf(this.moment!));
    for (let asked = 0; this.playing && this.isConnected; ) {
      voices.follow();
      if (performance.now() - asked >= ROOM_MS) {
        asked = performance.now();
        void this.keepUp(voices);
      }
      this.requestUpdate();
      await new Promise((resume) => setTimeout(resume, VOICE_MS));
    }
  }

  /** Shows the room as it was when what is heard was said. */
  private async keepUp(voices: Voices): Promise<void> {
    const next = voices.nextFrom(voices.now);
    if (next === null || next > voices.now + HUSH) await this.passOver(voices, next ?? Infinity);
    const moment = await this.history!.at(new Date(voices.now).toISOString()).catch(() => null);
    if (!moment || !this.playing) return;
    this.moment = moment;
    this.position = moment.position;
    if (moment.position >= moment.last && voices.nextFrom(voices.now) === null) this.stop();
  }

  /** Goes on to where the next voice is heard, or the next thing happened, whichever is first. */
  private async passOver(voices: Voices, next: number): Promise<void> {
    const { first, last, position } = this.moment!;
    let stride = Math.max(1, Math.ceil((last - first) / PLAY_STEPS));
    for (let found = position; found <= position && position < last; stride *= 2) {
      const then = await this.history!.at(Math.min(last, position + stride)).catch(() => null);
      if (!then || !this.playing) return;
      found = then.position;
      next = Math.min(next, found > position ? instantOf(then) : Infinity);
    }
    if (next < Infinity) voices.jump(Math.max(voices.now, next));
  }

  private stop(): void {
    this.playing = false;
    this.voices?.pause();
  }

  private seek(position: number): void {
    const inTime = this.playing && Boolean(this.voices?.playing);
    if (!inTime) this.stop();
    void this.go(position).then(() => {
      if (inTime && this.playing) this.voices!.jump(instantOf(this.moment!));
    });
  }

  override render() {
    return html`${this.trouble ? this.failed() : this.moment ? this.past(this.moment) : html`<main class="wide muted">Opening the history…</main>`}
      <ly-toasts></ly-toasts>`;
  }

  private failed() {
    return html`<main class="wide"><h1>This did not work</h1><p role="alert" data-testid="trouble">${this.trouble}</p></main>`;
  }

  private past(moment: Moment) {
    return html`<main aria-busy=${this.waiting ? "true" : "false"}>
      <header class="head">
        <div class="grow">
          <p class="muted small">Room history</p>
          <h1 data-testid="room-title">${moment.title}</h1>
        </div>
        <p class="when numbers">
          <time datetime=${moment.time ?? nothing} data-testid="audit-time" data-position=${moment.position}>${exactTime(moment.time)}</time>
          <span class="muted small">position ${moment.position}</span>
        </p>
      </header>
      <ly-scrubber
        class="card"
        .first=${moment.first}
        .last=${moment.last}
        .position=${this.position}
        label=${exactTime(moment.time)}
        ?playing=${this.playing}
        @seek=${(event: CustomEvent<number>) => this.seek(event.detail)}
        @step=${(event: CustomEvent<-1 | 1>) => this.step(event.detail)}
        @play=${this.play}
      ></ly-scrubber>
      <div class="panels">
        ${board(moment)} ${this.heard()} ${this.history?.boardOnly
          ? nothing
          : html`${members(moment)} ${spoke(moment)} ${facilitator(moment)} ${transcripts(moment)} ${messages(moment)} ${this.modelCalls()} ${this.list(moment)}`}
      </div>
    </main>`;
  }

  private heard() {
    const known = this.voices;
    return known?.segments.length ? voices(known.people, (person) => known.speaks(person)) : nothing;
  }

  private modelCalls() {
    const { id, token } = this.asked;
    return html`<ly-model-calls class="card events" .api=${new Api("", token)} room=${id}></ly-model-calls>`;
  }

  private list(moment: Moment) {
    const history = this.history;
    if (!history) return nothing;
    return html`<ly-timeline
      class="card events"
      .entries=${history.entries}
      .position=${this.position}
      .people=${new Map([...moment.authors, ...moment.spoke, ...moment.members].map(({ person, name }) => [person, name]))}
      ?more=${!history.complete}
      @seek=${(event: CustomEvent<number>) => this.seek(event.detail)}
      @more=${this.more}
    ></ly-timeline>`;
  }
}

/** When a moment was, ms since the epoch. */
function instantOf(moment: Moment): number {
  return moment.time ? Date.parse(moment.time) : 0;
}
