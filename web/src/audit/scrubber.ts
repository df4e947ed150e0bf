import { LitElement, css, html } from "lit";
import { customElement, property } from "lit/decorators.js";

import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";

/** A slider over positions, with steps from event to event, and play. */
@customElement("ly-scrubber")
export class Scrubber extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 10px 14px;
      }
      input {
        flex: 1;
        min-width: 0;
        height: 28px;
        margin: 0 6px;
        accent-color: var(--ly-accent-fill);
      }
      @media (max-width: 560px) {
        :host {
          flex-wrap: wrap;
          justify-content: center;
        }
        input {
          flex: 1 1 100%;
          order: -1;
        }
      }
    `,
  ];

  @property({ type: Number }) first = 0;
  @property({ type: Number }) last = 0;
  @property({ type: Number }) position = 0;
  @property() label = "";
  @property({ type: Boolean }) playing = false;

  private say(name: string, detail?: number): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  override render() {
    return html`<button class="icon" data-testid="audit-play" aria-label=${this.playing ? "Pause" : "Play"} @click=${() => this.say("play")}>
        ${icon(this.playing ? "pause" : "play")}
      </button>
      <button class="quiet icon" data-testid="audit-previous" aria-label="Previous event" @click=${() => this.say("step", -1)}>${icon("back")}</button>
      <input
        type="range"
        data-testid="audit-slider"
        aria-label="Moment in the room's history"
        aria-valuetext="Position ${this.position}, ${this.label}"
        min=${this.first}
        max=${this.last}
        .value=${String(this.position)}
        @input=${(event: Event) => this.say("seek", Number((event.target as HTMLInputElement).value))}
      />
      <button class="quiet icon" data-testid="audit-next" aria-label="Next event" @click=${() => this.say("step", 1)}>${icon("forward")}</button>`;
  }
}
