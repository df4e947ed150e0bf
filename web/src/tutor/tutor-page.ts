import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";

import { takeAccess } from "../shared/access";
import { Api, words } from "../shared/api";
import { parts } from "../shared/sheets";
import { exactTime } from "../shared/time";

interface Rate {
  k: number;
  n: number;
  rate: number | null;
  estimate: number;
  low: number;
  high: number;
  threshold: number;
  above: number;
  flagged: boolean;
  events: string;
}

interface Share {
  k: number;
  n: number;
  events: string;
}

interface Window {
  days: number | null;
  lessons: number;
  rescheduled: Rate;
  cancelled: Rate;
  missed: Rate;
  short_notice: Share;
  late: Share;
  reasons: Record<string, number>;
  excused: number;
  learner_rescheduled: Share;
  learner_cancelled: Share;
  learner_missed: Share;
}

interface Scores {
  tutor: string;
  name: string;
  flags: string[];
  windows: Record<string, Window>;
  trend: { direction: string };
}

interface Behind {
  position: number;
  at: string;
  type: string;
  session: string;
  by: string | null;
  reason: string | null;
  notice: number | null;
  excused: boolean;
}

type Act = "rescheduled" | "cancelled" | "missed";
const ACTS: [Act, string][] = [
  ["rescheduled", "Moved"],
  ["cancelled", "Called off"],
  ["missed", "Not come"],
];
const INCOMPLETE = "This link is not complete. Please open the one that you were sent.";

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** A tutor's record: what each figure tells, from how many lessons, and the events behind it. */
@customElement("ly-tutor-page")
export class TutorPage extends LitElement {
  static override styles = [
    parts,
    css`
      main {
        max-width: 900px;
        margin: 0 auto;
        padding: 18px 16px 40px;
        display: grid;
        gap: 14px;
      }
      nav {
        display: flex;
        gap: 6px;
        flex-wrap: wrap;
      }
      section {
        padding: 14px 16px;
        display: grid;
        gap: 10px;
      }
      .rates {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(230px, 1fr));
        gap: 14px;
      }
      .big {
        font-size: 1.6rem;
        font-weight: 600;
      }
      .scale {
        position: relative;
        height: 10px;
        border-radius: 5px;
        background: var(--ly-sunken);
      }
      .scale i,
      .scale b {
        position: absolute;
        inset-block: 0;
        border-radius: 5px;
        background: var(--ly-accent);
      }
      .scale b {
        width: 2px;
        inset-block: -3px;
        background: var(--ly-text);
      }
      li {
        padding: 4px 0;
      }
    `,
  ];

  @state() private scores: Scores | null = null;
  @state() private window = "90";
  @state() private events: Behind[] = [];
  @state() private shown = "";
  @state() private trouble = "";
  private api: Api | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.arrive();
  }

  private async arrive(): Promise<void> {
    const { id, token } = takeAccess("tutor");
    try {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(id) || !token) throw new Error(INCOMPLETE);
      this.api = new Api("", token);
      this.scores = await this.api.get<Scores>(`/tutors/${id}/scores`);
      document.title = `${this.scores.name} · record · Lyceum`;
    } catch (error) {
      this.trouble = words(error);
    }
  }

  private async look(title: string, address: string): Promise<void> {
    const url = new URL(address, location.href);
    try {
      const found = await this.api!.get<{ events: Behind[] }>(url.pathname, Object.fromEntries(url.searchParams));
      this.events = found.events;
      this.shown = title;
    } catch (error) {
      this.trouble = words(error);
    }
  }

  override render() {
    if (this.trouble) return html`<main><h1>This did not work</h1><p role="alert">${this.trouble}</p></main>`;
    if (!this.scores) return html`<main class="muted">Opening the record…</main>`;
    const window = this.scores.windows[this.window]!;
    return html`<main>
      <header>
        <p class="muted small">A tutor's record</p>
        <h1 data-testid="tutor-name">${this.scores.name}</h1>
        <p>${this.standing(this.scores)}</p>
      </header>
      <nav aria-label="Window">
        ${Object.keys(this.scores.windows).map(
          (key) =>
            html`<button class=${key === this.window ? "" : "quiet"} aria-pressed=${key === this.window} @click=${() => (this.window = key)}>
              ${key === "all" ? "Ever" : `${key} days`}
            </button>`,
        )}
      </nav>
      <div class="rates">${ACTS.map(([act, title]) => this.rate(title, window[act]))}</div>
      ${this.rest(window)} ${this.behind()}
    </main>`;
  }

  private standing({ flags, trend }: Scores) {
    const names = ACTS.filter(([act]) => flags.includes(act)).map(([, title]) => title.toLowerCase());
    return html`<span class="pill ${flags.length ? "" : "good"}" data-testid="flags">
        ${flags.length ? `To talk about: ${names.join(", ")}` : "Nothing stands out"}
      </span>
      ${trend.direction === "steady" ? nothing : html`<span class="small muted">of late ${trend.direction}</span>`}`;
  }

  private rate(title: string, rate: Rate) {
    const most = Math.max(0.3, rate.high, rate.threshold * 1.5);
    const at = (share: number) => `${(100 * share) / most}%`;
    return html`<section class="card" data-testid="rate">
      <h2>${title}</h2>
      <p><span class="big numbers">${rate.k} of ${rate.n}</span> lessons</p>
      <div class="scale" role="img" aria-label="likely between ${percent(rate.low)} and ${percent(rate.high)}">
        <i style="left:${at(rate.low)};width:${at(rate.high - rate.low)}"></i><b style="left:${at(rate.threshold)}"></b>
      </div>
      <p class="small muted">
        Likely ${percent(rate.low)} to ${percent(rate.high)}. ${percent(rate.threshold)} or more with probability
        ${percent(rate.above)}${rate.n < 5 ? "; too few lessons to say more" : ""}.
      </p>
      <button class="quiet" ?disabled=${rate.k === 0} @click=${() => this.look(title, rate.events)}>Show the lessons</button>
    </section>`;
  }

  private rest(window: Window) {
    const reasons = Object.entries(window.reasons).map(([reason, count]) => `${reason} ${count}`);
    return html`<section class="card small">
      <h2>Beside that</h2>
      <p>Short notice (under a day): ${window.short_notice.k}. Begun late: ${window.late.k}. Excused by an appeal: ${window.excused}.</p>
      <p>Reasons given: ${reasons.join(", ") || "none"}.</p>
      <p class="muted">
        By learners, which counts for nobody: moved ${window.learner_rescheduled.k}, called off ${window.learner_cancelled.k}, not come
        ${window.learner_missed.k}.
      </p>
    </section>`;
  }

  private behind() {
    if (!this.shown) return nothing;
    return html`<section class="card" data-testid="behind">
      <h2>${this.shown}</h2>
      <ul>
        ${this.events.map(
          (event) => html`<li class="numbers small">
            ${exactTime(event.at)} · lesson ${event.session} · position ${event.position}
            ${event.reason ? html`· ${event.reason}` : nothing} ${event.excused ? html`<span class="pill good">excused</span>` : nothing}
          </li>`,
        )}
      </ul>
    </section>`;
  }
}
