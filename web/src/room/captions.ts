import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { parts } from "../shared/sheets";
import type { Caption, Setting } from "./spoken";

export class SettingEvent extends CustomEvent<{ setting: Setting; on: boolean }> {
  constructor(setting: Setting, on: boolean) {
    super("setting", { detail: { setting, on } });
  }
}

/** What was just said, by whom; and for tutors, whether it is written down and the facilitator speaks. */
@customElement("ly-captions")
export class Captions extends LitElement {
  static override styles = [
    parts,
    css`
      section {
        margin-top: 6px;
        padding-left: 4px;
        display: grid;
        gap: 4px;
        font-size: 0.88rem;
      }
      .set {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 14px;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-height: 34px;
      }
    `,
  ];

  @property({ attribute: false }) captions: readonly Caption[] = [];
  @property({ attribute: false }) nameOf: (person: string) => string = (person) => person;
  @property({ type: Boolean }) transcripts = false;
  @property({ type: Boolean }) model = false;
  @property({ type: Boolean }) voice = false;
  /** Whether one may change it. */
  @property({ type: Boolean }) sets = false;
  /** Whether one's own words are written down. */
  @property({ type: Boolean }) agreed = false;

  override render() {
    if (!this.sets && !this.transcripts && !this.model) return nothing;
    return html`<section aria-label="Captions">
      ${this.sets ? this.settings() : nothing} ${this.model ? this.read() : nothing}
      ${this.transcripts ? this.said() : nothing}
    </section>`;
  }

  private read() {
    return html`<p class="muted small" data-testid="read-along">A language model may read along, of those who agreed.</p>`;
  }

  private said() {
    const own = this.agreed ? "Yours too." : "Yours is not.";
    return html`<p class="muted small">What is said here is written down, of those who agreed. ${own}</p>
      <ul role="log" aria-label="What was said" data-testid="captions">
        ${repeat(this.captions, (one) => one.position, (one) => html`<li><strong>${this.nameOf(one.person)}</strong> ${one.text}</li>`)}
      </ul>`;
  }

  private settings() {
    return html`<div class="set">
      ${this.choice("transcripts", this.transcripts, "Write down what is said")}
      ${this.choice("text-to-model", this.model, "Let a language model read along")}
      ${this.choice("facilitator-voice", this.voice, "Let the facilitator speak")}
    </div>`;
  }

  private choice(setting: Setting, on: boolean, title: string) {
    const change = (event: Event) => {
      const box = event.target as HTMLInputElement;
      this.dispatchEvent(new SettingEvent(setting, box.checked));
      box.checked = on; // as it is, until the server says otherwise
    };
    return html`<label><input type="checkbox" data-testid="set-${setting}" .checked=${on} @change=${change} /> ${title}</label>`;
  }
}
