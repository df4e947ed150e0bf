import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import { clockTime } from "../shared/time";
import type { Explained, Helped, Intervention } from "../shared/types";

/** A wish to say whether it helped; whoever does it says with `done` whether it went well. */
export class RateEvent extends CustomEvent<{ intervention: string; helped: Helped; done: (went: boolean) => void }> {}

/** A wish to know why; whoever asks for it answers with `done`, null if it cannot be had. */
export class WhyEvent extends CustomEvent<{ intervention: string; done: (found: Explained | null) => void }> {}

const OUTCOMES: Record<string, string> = {
  used: "A language model lent the words",
  rejected: "A language model's words broke a rule, so a ready-made sentence was said",
  late: "A language model was asked and did not answer in time, so a ready-made sentence was said",
  failed: "A language model was asked and gave no words, so a ready-made sentence was said",
};

/** What the facilitator said, and for whoever wants to know, why. */
@customElement("ly-facilitator-note")
export class FacilitatorNote extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: block;
      }
      article {
        padding: 10px 12px 8px;
        border-radius: var(--ly-radius-small);
        background: var(--ly-calm-soft);
        border-left: 4px solid var(--ly-calm);
      }
      header {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--ly-calm);
        font-size: 0.82rem;
        font-weight: 600;
      }
      header time {
        font-weight: 400;
        margin-left: auto;
      }
      p {
        overflow-wrap: anywhere;
      }
      .why {
        margin-top: 4px;
        padding-top: 6px;
        border-top: 1px solid var(--ly-line);
      }
      .why ul {
        margin: 4px 0 4px 18px;
        list-style: disc;
      }
      .why dt {
        font-weight: 600;
      }
      .why dd {
        margin: 0 0 6px;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 10px;
      }
      .foot .asked {
        margin-left: auto;
        font-size: 0.85rem;
      }
      .foot button.link[aria-pressed="true"] {
        font-weight: 700;
        text-decoration: underline;
      }
      button.link {
        color: var(--ly-calm);
        font-size: 0.85rem;
        padding-left: 0;
      }
    `,
  ];

  @property({ attribute: false }) intervention!: Intervention;
  /** Put before the test ids where the same note is shown twice. */
  @property() mark = "";
  @property({ type: Boolean }) dismissible = false;
  @state() private open = false;
  @state() private own: Helped | null | undefined;
  @state() private explained: Explained | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("intervention")) this.own = undefined;
  }

  private dismiss(): void {
    this.dispatchEvent(new CustomEvent("dismiss"));
  }

  override render() {
    const { at, person, text, why } = this.intervention;
    return html`<article data-testid="${this.mark}facilitator-message" data-person=${person}>
      <header>
        ${icon("spark", 15)} Facilitator
        <time class="numbers" datetime=${at}>${clockTime(at)}</time>
        ${this.dismissible
          ? html`<button class="link" aria-label="Hide this message" @click=${this.dismiss}>${icon("close", 15)}</button>`
          : nothing}
      </header>
      <p>${text}</p>
      <div class="foot">
        <button
          class="link"
          data-testid="${this.mark}why-button"
          aria-expanded=${this.open ? "true" : "false"}
          aria-controls="why"
          @click=${this.toggle}
        >
          Why this message?
        </button>
        ${this.rating()}
      </div>
      <div class="why small" id="why" ?hidden=${!this.open} data-testid="${this.mark}why-text">
        <p>${why} ${this.spoken()}</p>
        ${this.open && this.explained ? this.reasons(this.explained) : nothing}
      </div>
    </article>`;
  }

  private toggle(): void {
    this.open = !this.open;
    if (!this.open || this.explained) return;
    const done = (found: Explained | null) => (this.explained = found);
    const { intervention } = this.intervention;
    this.dispatchEvent(new WhyEvent("why", { detail: { intervention, done }, bubbles: true, composed: true }));
  }

  private rate(helped: Helped): void {
    const before = this.rated;
    const wish: Helped = before === helped ? "withdrawn" : helped;
    this.own = wish === "withdrawn" ? null : wish;
    const done = (went: boolean) => {
      if (!went) this.own = before;
    };
    const detail = { intervention: this.intervention.intervention, helped: wish, done };
    this.dispatchEvent(new RateEvent("rate", { detail, bubbles: true, composed: true }));
  }

  private get rated(): Helped | null {
    return this.own === undefined ? (this.intervention.rating ?? null) : this.own;
  }

  private rating() {
    const button = (helped: "yes" | "no", text: string) => html`<button
      class="link"
      data-testid="${this.mark}helped-${helped}"
      aria-pressed=${this.rated === helped ? "true" : "false"}
      @click=${() => this.rate(helped)}
    >
      ${this.rated === helped ? "✓ " : ""}${text}
    </button>`;
    return html`<span class="asked" role="group" aria-label="Did this help?">
      Did this help? ${button("yes", "Yes")} ${button("no", "No")}
    </span>`;
  }

  private reasons({ rule, used, policy, approved, model }: Explained) {
    return html`<dl>
      <dt>The rule</dt>
      <dd>${rule}</dd>
      <dt>What was used</dt>
      <dd><ul>${used.map((what) => html`<li>${what}</li>`)}</ul></dd>
      ${model
        ? html`<dt>The model</dt>
            <dd>${OUTCOMES[model.outcome] ?? model.outcome} (${model.model}). It was told: <q>${model.told}</q></dd>`
        : nothing}
      <dt>Decided by</dt>
      <dd>fixed rules, ${policy}${approved ? "; a tutor approved the words" : ""}</dd>
    </dl>`;
  }

  private spoken() {
    const by = this.intervention.source === "model" ? "phrased by a language model" : "phrased from a ready-made sentence";
    return html`<span class="muted">Decided by fixed rules, ${by}.</span>`;
  }
}
