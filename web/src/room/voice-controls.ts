import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";

import { icon } from "../shared/icons";
import { notify } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { VoiceState } from "./voice";

const WORDS: Record<VoiceState, string> = {
  off: "Voice is off",
  asking: "Waiting for your microphone",
  connecting: "Connecting voice",
  on: "You are in voice",
  reconnecting: "Voice is reconnecting",
  failed: "Voice did not work",
};
const BUSY: VoiceState[] = ["asking", "connecting", "reconnecting"];

/** One's own voice: join, mute, leave. */
@customElement("ly-voice-controls")
export class VoiceControls extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      button.muted-now {
        background: var(--ly-bad-soft);
        color: var(--ly-bad);
        border-color: var(--ly-bad);
      }
      button.live {
        background: var(--ly-good-soft);
        color: var(--ly-good);
        border-color: var(--ly-good);
      }
    `,
  ];

  @property() state: VoiceState = "off";
  @property() reason = "";
  @property({ type: Boolean }) muted = false;
  @property({ type: Boolean }) listening = false;

  protected override updated(changed: PropertyValues): void {
    if (changed.has("state") && this.state === "failed") notify(this, this.reason, "bad");
  }

  private say(wish: "voice-join" | "voice-leave" | "voice-mute"): void {
    this.dispatchEvent(new CustomEvent(wish));
  }

  override render() {
    const words = this.state === "on" && this.listening ? "You can listen, no microphone" : WORDS[this.state];
    const shown = BUSY.includes(this.state) || this.state === "failed" || this.listening;
    return html`<span
        class="${shown ? `pill ${this.state === "failed" ? "bad" : "warn"}` : "sr"}"
        role="status"
        title=${this.reason || nothing}
        data-testid="voice-state"
        data-state=${this.state}
        data-muted=${this.muted}
        >${words}${this.reason && this.state === "failed" ? html`<span class="sr">: ${this.reason}</span>` : nothing}</span
      >
      ${this.state === "off" || this.state === "failed" ? this.outside() : this.inside()}`;
  }

  private outside() {
    return html`<button class="quiet small" data-testid="voice-join" @click=${() => this.say("voice-join")}>
      ${icon("phone", 16)} Join voice
    </button>`;
  }

  private inside() {
    const label = this.muted ? "Unmute" : "Mute";
    return html`<button
        class="quiet small ${this.muted ? "muted-now" : "live"}"
        data-testid="mute-button"
        ?disabled=${this.listening}
        @click=${() => this.say("voice-mute")}
      >
        ${icon(this.muted ? "micOff" : "mic", 16)} ${label}
      </button>
      <button class="quiet small icon" data-testid="voice-leave" aria-label="Leave voice" title="Leave voice" @click=${() => this.say("voice-leave")}>
        ${icon("close", 16)}
      </button>`;
  }
}
