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
import { board, facilitator, members, messages, spoke, transcripts } from "./panels";
import "./scrubber";
import "./timeline";

const INCOMPLETE = "This link is not complete. Please open the one that you were sent.";
const PLAY_MS = 350;
/** Into how many steps playing divides a history: the board grows between the events of the list, too. */
const PLAY_STEPS = 100;

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
  private history: History | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("ly-notice", (event) => {
      const { text, tone } = (event as NoticeEvent).detail;
      this.toasts.show(text, tone);
    });
    void this.arrive();
  }

  private async arrive(): Promise<void> {
    const { id, token } = takeAccess("audit");
    try {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(id) || !token) throw new Error(INCOMPLETE);
      this.history = new History(new Api("", token), id);
      this.moment = await this.history.at();
      this.position = this.moment?.position ?? 0;
      document.title = `${this.moment?.title ?? id} · history · Lyceum`;
    } catch (error) {
      this.trouble = words(error);
      return;
    }
    await this.more();
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
    this.playing = false;
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

  private seek(position: number): void {
    this.playing = false;
    void this.go(position);
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
        ${board(moment)} ${members(moment)} ${spoke(moment)} ${facilitator(moment)} ${transcripts(moment)} ${messages(moment)} ${this.list(moment)}
      </div>
    </main>`;
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
