import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import type { Floor } from "../shared/types";

/** What is asked of the floor, of whom: `mode` takes what the mode shall be. */
export type FloorAct =
  | { readonly act: "mode"; readonly mode: Floor["mode"] }
  | { readonly act: "give" | "take" | "mute" | "unmute" | "allow" | "end" | "lower"; readonly person: string };

export class FloorEvent extends CustomEvent<FloorAct> {
  constructor(detail: FloorAct) {
    super("floor", { detail });
  }
}

const MODES: [Floor["mode"], string][] = [
  ["open", "Everybody speaks"],
  ["stage", "Stage"],
];

/** Whether there is a stage, who is on it, and who wants to speak, in order. */
@customElement("ly-floor-bar")
export class FloorBar extends LitElement {
  static override styles = [
    parts,
    css`
      section {
        margin-top: 6px;
        padding-left: 4px;
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        gap: 6px 14px;
        font-size: 0.88rem;
      }
      .group {
        display: inline-flex;
        align-items: center;
        flex-wrap: wrap;
        gap: 6px;
        min-width: 0;
      }
      ol {
        display: inline-flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      li {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-height: 34px;
        padding: 2px 4px 2px 10px;
        border: 1px solid var(--ly-line);
        border-radius: 99px;
        background: var(--ly-surface);
      }
      li.plain {
        padding-right: 10px;
      }
      li button.small {
        min-height: 28px;
        border-radius: 99px;
        padding: 3px 10px;
      }
      li button.icon {
        width: 28px;
        padding: 0;
      }
      .number {
        color: var(--ly-warn);
        font-weight: 650;
      }
      .modes {
        display: inline-flex;
      }
      .modes button:first-child {
        border-start-end-radius: 0;
        border-end-end-radius: 0;
      }
      .modes button:last-child {
        border-start-start-radius: 0;
        border-end-start-radius: 0;
        border-inline-start: 0;
      }
      .modes button[aria-pressed="true"] {
        background: var(--ly-accent-soft);
        border-color: var(--ly-accent);
        color: var(--ly-accent);
      }
    `,
  ];

  @property({ attribute: false }) floor!: Floor;
  @property({ attribute: false }) nameOf: (person: string) => string = (person) => person;
  @property() me = "";
  @property({ type: Boolean }) leads = false;

  private ask(detail: FloorAct): void {
    this.dispatchEvent(new FloorEvent(detail));
  }

  override render() {
    const { mode, hands, speakers } = this.floor;
    if (!this.leads && mode === "open" && hands.length + speakers.length === 0) return nothing;
    return html`<section aria-label="Who speaks" data-testid="floor" data-mode=${mode}>
      ${this.leads ? this.modes() : mode === "stage" ? this.stage() : nothing}
      ${speakers.length ? this.people("On the floor", "speakers", speakers) : nothing}
      ${hands.length ? this.people("Hands", "hands", hands) : nothing}
    </section>`;
  }

  private stage() {
    const here = this.floor.speakers.includes(this.me);
    return html`<span class="pill">${icon("stage", 15)} Stage: ${here ? "you have the floor" : "raise your hand to speak"}</span>`;
  }

  private modes() {
    return html`<span class="modes" role="group" aria-label="Who may speak">
      ${MODES.map(
        ([mode, name]) => html`<button
          class="quiet small"
          data-testid="mode-${mode}"
          aria-pressed=${this.floor.mode === mode ? "true" : "false"}
          @click=${() => this.ask({ act: "mode", mode })}
        >
          ${icon(mode === "stage" ? "stage" : "chat", 15)} ${name}
        </button>`,
      )}
    </span>`;
  }

  private people(title: string, list: "speakers" | "hands", persons: readonly string[]) {
    return html`<div class="group">
      <h3 id=${list}>${title}</h3>
      <ol aria-labelledby=${list} data-testid=${list}>
        ${repeat(persons, (person) => person, (person, index) => this.person(list, person, index + 1))}
      </ol>
    </div>`;
  }

  private person(list: "speakers" | "hands", person: string, number: number) {
    const name = person === this.me ? "You" : this.nameOf(person);
    const mine = person === this.me || this.leads;
    const buttons = list === "hands" ? this.leads : mine;
    return html`<li class=${buttons ? "" : "plain"} data-testid="${list}-${person}">
      ${list === "hands" ? html`<span class="number numbers">${number}</span>` : icon("mic", 14)} <span>${name}</span>
      ${list === "hands" ? this.handButtons(person, name) : mine ? this.takeButton(person, name) : nothing}
    </li>`;
  }

  private takeButton(person: string, name: string) {
    const words = person === this.me ? "Give back" : "Take back";
    return html`<button class="quiet small" data-testid="take-${person}" aria-label="${words}: ${name}" @click=${() => this.ask({ act: "take", person })}>
      ${words}
    </button>`;
  }

  private handButtons(person: string, name: string) {
    if (!this.leads) return nothing;
    return html`<button class="small" data-testid="give-${person}" aria-label="Give ${name} the floor" @click=${() => this.ask({ act: "give", person })}>
        Give the floor
      </button>
      <button class="quiet small icon" data-testid="lower-${person}" aria-label="Lower ${name}'s hand" title="Lower the hand"
        @click=${() => this.ask({ act: "lower", person })}>
        ${icon("close", 14)}
      </button>`;
  }
}
