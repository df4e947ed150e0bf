import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import { clockTime } from "../shared/time";
import type { Intervention } from "../shared/types";

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
      <button
        class="link"
        data-testid="${this.mark}why-button"
        aria-expanded=${this.open ? "true" : "false"}
        aria-controls="why"
        @click=${() => (this.open = !this.open)}
      >
        Why this message?
      </button>
      <p class="why small" id="why" ?hidden=${!this.open} data-testid="${this.mark}why-text">${why} ${this.spoken()}</p>
    </article>`;
  }

  private spoken() {
    const by = this.intervention.source === "model" ? "phrased by a language model" : "phrased from a ready-made sentence";
    return html`<span class="muted">Decided by fixed rules, ${by}.</span>`;
  }
}
