import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { words, type Api } from "../shared/api";
import { colourOf } from "../shared/colours";
import { parts } from "../shared/sheets";
import { clockTime, talkTime } from "../shared/time";
import type { Dynamics, DynamicsPart, DynamicsWindow } from "../shared/types";

const EVERY_MS = 10_000;
const LENGTHS = ["3 min", "10 min", "1 h"];

const PATTERNS: Record<string, string> = {
  quiet: "Takes next to no part",
  dominance: "Another one has most of the talk",
  consensus: "All agree",
  stuck: "Stuck",
  reasons: "Answers without reasons",
  alone: "One edits alone",
  overlap: "Talk over talk",
  silence: "Long silence",
  drift: "Away from the problem",
};
const FATES: Record<string, string> = {
  decided: "not said yet",
  "held-out": "left unsaid, by lot",
  proposed: "waits for approval",
  withheld: "not approved",
  said: "said",
};
const HELD_BACK: Record<string, string> = {
  muted: "the facilitator is muted",
  "turned-off": "this is turned off here",
  break: "the room has a break",
  "warm-up": "the group has just begun",
  "awaits-approval": "other words wait for approval",
  "cool-down": "something was said just now",
  budget: "enough was said within the hour",
  "person-cool-down": "this person was called on not long ago",
};

/** How the room works together, for tutors: figures, in the order in which people came. */
@customElement("ly-dynamics")
export class DynamicsPanel extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: grid;
        gap: 10px;
        padding: 14px 16px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 12px;
        align-items: center;
      }
      header div {
        margin-left: auto;
        display: flex;
        gap: 4px;
      }
      header button[aria-pressed="true"] {
        font-weight: 700;
        text-decoration: underline;
      }
      .people {
        display: grid;
        gap: 8px;
      }
      .people li {
        display: grid;
        gap: 3px;
      }
      .bar {
        height: 6px;
        border-radius: 3px;
        background: var(--ly-sunken);
        overflow: hidden;
      }
      .bar span {
        display: block;
        height: 100%;
      }
      .list {
        display: grid;
        gap: 8px;
        max-height: 320px;
        overflow-y: auto;
      }
      .list li {
        padding-left: 10px;
        border-left: 3px solid var(--ly-calm);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  @state() private found: Dynamics | null = null;
  @state() private trouble = "";
  @state() private at = 0;
  private timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => void this.look(), EVERY_MS);
  }

  protected override firstUpdated(): void {
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer);
  }

  /** Nobody is asked for what nobody sees. */
  private async look(): Promise<void> {
    if (document.hidden || !this.offsetParent) return;
    try {
      this.found = await this.api.get<Dynamics>(`/rooms/${this.room}/dynamics`);
      this.trouble = "";
    } catch (error) {
      this.trouble = words(error);
    }
  }

  override render() {
    const chosen = this.found?.windows[this.at];
    return html`<header>
        <h2 id="dynamics">How the group works</h2>
        <div role="group" aria-label="Of the last">
          ${LENGTHS.map(
            (name, at) => html`<button class="link small" aria-pressed=${at === this.at ? "true" : "false"} @click=${() => (this.at = at)}>
              ${name}
            </button>`,
          )}
        </div>
      </header>
      ${this.trouble ? html`<p class="small" role="status">${this.trouble}</p>` : nothing}
      ${chosen ? this.figures(chosen) : html`<p class="small muted">Looking…</p>`} ${this.found ? this.facilitator(this.found) : nothing}`;
  }

  private figures(chosen: DynamicsWindow) {
    return html`<ul class="people" data-testid="dynamics-figures">
        ${chosen.people.map((part) => this.row(part))}
      </ul>
      <p class="small muted numbers">
        ${talkTime(chosen.talked_ms)} of talk, ${talkTime(chosen.overlap_ms)} of it over other talk, ${talkTime(chosen.silent_ms)} of silence.
        ${evenness(chosen)}
      </p>
      <p class="small muted">Figures, and no grades: who speaks little may think much. Order is that of coming.</p>`;
  }

  private row(part: DynamicsPart) {
    const width = { width: `${100 * part.share}%`, background: colourOf(part.person) };
    const done = [
      counted(part.turns, "turn"),
      counted(part.messages, "message"),
      counted(part.edits, "edit"),
      counted(part.hints + part.stuck, "call for help", "calls for help"),
    ];
    return html`<li data-testid="dynamics-${part.person}">
      <div class="row small"><strong class="grow">${part.name}</strong> <span class="numbers">${talkTime(part.talk_ms)}</span></div>
      <div class="bar" aria-hidden="true"><span style=${styleMap(width)}></span></div>
      <span class="small muted numbers">${done.filter(Boolean).join(" · ") || "nothing yet"}</span>
    </li>`;
  }

  private facilitator({ notices, decisions, policy }: Dynamics) {
    return html`<h3>What the facilitator notices now</h3>
      <ul class="list small" data-testid="dynamics-notices">
        ${notices.map(
          ({ name, pattern, evidence, held_back }) => html`<li>
            <strong>${PATTERNS[pattern] ?? pattern}</strong>, ${name}: ${held_back ? `held back, ${HELD_BACK[held_back] ?? held_back}` : "about to be said"}
            <div class="muted">${evidence}</div>
          </li>`,
        )}
      </ul>
      ${notices.length ? nothing : html`<p class="small muted">Nothing.</p>`}
      <h3>What it decided</h3>
      <ul class="list small" tabindex="0" aria-label="What it decided" data-testid="dynamics-decisions">
        ${decisions.map(
          (one) => html`<li>
            <span class="numbers muted">${clockTime(one.at)}</span> <strong>${PATTERNS[one.pattern] ?? one.pattern}</strong>, ${one.name}:
            ${FATES[one.fate] ?? one.fate}${one.result === "better" ? ", over afterwards" : ""}${one.helped + one.helped_not
              ? `; helped ${one.helped}, did not ${one.helped_not}`
              : ""}
            <div class="muted">${one.evidence}</div>
          </li>`,
        )}
      </ul>
      ${decisions.length ? nothing : html`<p class="small muted">Nothing yet.</p>`}
      <p class="small muted">By ${policy}.</p>`;
  }
}

function counted(number: number, one: string, many = `${one}s`): string {
  return number ? `${number} ${number === 1 ? one : many}` : "";
}

function evenness({ evenness }: DynamicsWindow): string {
  const known = (["talk", "messages", "edits"] as const).filter((what) => evenness[what] !== null);
  if (!known.length) return "";
  return `Evenness, from 0 to 1: ${known.map((what) => `${what} ${evenness[what]!.toFixed(2)}`).join(", ")}.`;
}
