import { LitElement, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { icon, type IconName } from "../shared/icons";
import { notify } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { Rights } from "./floor";
import { choose, chosen, microphones, type Choice } from "./microphone";
import type { Picture } from "./pictures";
import type { Voice, VoiceState } from "./voice";
import { controlsStyles } from "./voice-controls-styles";

const WORDS: Record<VoiceState, string> = {
  off: "Voice is off",
  asking: "Waiting for your microphone",
  connecting: "Connecting voice",
  on: "You are in voice",
  reconnecting: "Voice is reconnecting",
  failed: "Voice did not work",
};
const BUSY: VoiceState[] = ["asking", "connecting", "reconnecting"];
const SHOWS: [Picture, IconName, string, string][] = [
  ["camera", "camera", "Show your camera", "Stop your camera"],
  ["screen", "screen", "Share your screen", "Stop sharing"],
];
const METER_MS = 80;

/** What somebody wants: join, leave, mute, another microphone, a hand up or down, a picture on or off. */
export class VoiceWish extends CustomEvent<"join" | "leave" | "mute" | "reopen" | "hand" | "agree" | Picture> {}

/** One's own voice: join, mute, raise a hand, show, leave. */
@customElement("ly-voice-controls")
export class VoiceControls extends LitElement {
  static override styles = [parts, controlsStyles];

  /** Mutable: whoever changes it asks for a rendering. */
  @property({ attribute: false, hasChanged: () => true }) voice!: Voice;
  @property({ attribute: false }) rights: Rights = { speak: false, show: false };
  /** Muted by whoever leads the room. */
  @property({ type: Boolean }) held = false;
  @property({ type: Boolean }) hand = false;
  @property({ type: Boolean }) leads = false;
  @property({ type: Boolean }) agreed = false;
  @state() private choices: Choice[] = [];
  @query("#sound") private sound!: HTMLElement;
  @query(".level") private level!: HTMLElement | null;
  private said = "";
  private metering: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.metering = setInterval(() => this.measure(), METER_MS);
    navigator.mediaDevices?.addEventListener("devicechange", this.list);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.metering);
    navigator.mediaDevices?.removeEventListener("devicechange", this.list);
  }

  protected override updated(_: PropertyValues): void {
    const trouble = this.voice.state === "failed" ? this.voice.reason : this.voice.trouble;
    if (trouble && trouble !== this.said) notify(this, trouble, "bad");
    this.said = trouble;
  }

  private measure(): void {
    const { track, level } = this.voice.microphone;
    if (this.level && !document.hidden) this.level.style.setProperty("--level", track ? String(level) : "0");
  }

  private wish(what: VoiceWish["detail"]): void {
    this.dispatchEvent(new VoiceWish("wish", { detail: what }));
  }

  private readonly list = async () => {
    this.choices = await microphones();
  };

  private choose(event: Event): void {
    choose((event.target as HTMLSelectElement).value);
    this.wish("reopen");
  }

  override render() {
    const { state } = this.voice;
    const inside = state !== "off" && state !== "failed";
    return html`${this.status()} ${this.handButton()} ${inside ? this.inside() : this.outside()}`;
  }

  private status() {
    const { state, reason, muted, trouble } = this.voice;
    const bad = state === "failed" || trouble !== "";
    const shown = bad || BUSY.includes(state);
    const words = trouble ? "No microphone" : WORDS[state];
    return html`<span
      class="${shown ? `pill ${bad ? "bad" : "warn"}` : "sr"}"
      role="status"
      title=${trouble || reason || nothing}
      data-testid="voice-state"
      data-state=${state}
      data-muted=${muted}
      >${words}${reason && state === "failed" ? html`<span class="sr">: ${reason}</span>` : nothing}</span
    >`;
  }

  private handButton() {
    if (this.leads) return nothing;
    return html`<button
      class="quiet small ${this.hand ? "raised" : ""}"
      data-testid="hand-button"
      aria-pressed=${this.hand ? "true" : "false"}
      @click=${() => this.wish("hand")}
    >
      ${icon("hand", 16)} <span class="word">${this.hand ? "Lower hand" : "Raise hand"}</span>
    </button>`;
  }

  private outside() {
    return html`<button class="quiet small" data-testid="voice-join" @click=${() => this.wish("join")}>
      ${icon("phone", 16)} ${this.agreed ? "Join voice" : "Listen"}
    </button>`;
  }

  private inside() {
    return html`${this.voice.sends ? this.muteButton() : this.listener()}
      ${this.rights.show && this.voice.sends ? SHOWS.map((one) => this.showButton(...one)) : nothing}
      <button class="quiet small icon" data-testid="voice-leave" aria-label="Leave voice" title="Leave voice" @click=${() => this.wish("leave")}>
        ${icon("close", 16)}
      </button>`;
  }

  /** For whoever did not agree to be heard: the way there, once they might speak. */
  private listener() {
    const { speak } = this.rights;
    return html`<button class="quiet small" data-testid="agree-button" title="Nobody hears you, since you did not agree to be heard"
      @click=${() => this.wish("agree")}>
      ${icon(speak ? "micOff" : "phone", 16)} ${speak ? "Be heard…" : "You listen"}
    </button>`;
  }

  private muteButton() {
    const { muted } = this.voice;
    const { speak } = this.rights;
    const words = this.held ? "You were muted" : !speak ? "You listen" : muted ? "Unmute" : "Mute";
    const tone = !speak ? "" : muted ? "muted-now" : "live";
    return html`<span class="pair">
      <button class="quiet small ${tone}" data-testid="mute-button" ?disabled=${!speak} @click=${() => this.wish("mute")}>
        ${icon(muted ? "micOff" : "mic", 16)} ${words}
        ${speak && !muted ? html`<span class="level" aria-hidden="true"></span>` : nothing}
      </button>
      <button
        class="quiet small icon"
        data-testid="sound-button"
        aria-label="Choose a microphone"
        title="Choose a microphone"
        popovertarget="sound"
        @click=${this.list}
      >
        ${icon("settings", 15)}
      </button>
    </span>
    ${this.soundChoice()}`;
  }

  private showButton(what: Picture, picture: IconName, begin: string, end: string) {
    const on = this.voice.pictures.get(what) !== null;
    return html`<button
      class="quiet small icon ${on ? "live" : ""}"
      data-testid="${what}-button"
      aria-label=${on ? end : begin}
      title=${on ? end : begin}
      aria-pressed=${on ? "true" : "false"}
      @click=${() => this.wish(what)}
    >
      ${icon(picture, 17)}
    </button>`;
  }

  private soundChoice() {
    const { trouble } = this.voice;
    return html`<div id="sound" popover class="card" role="group" aria-label="Your microphone" data-testid="sound">
      <div class="stack">
        <label class="stack">
          <strong>Microphone</strong>
          <select data-testid="microphone" @change=${this.choose} ?disabled=${!this.rights.speak}>
            <option value="">The usual one</option>
            ${this.choices.map(({ id, label }) => html`<option value=${id} ?selected=${id === chosen()}>${label}</option>`)}
          </select>
        </label>
        ${trouble ? html`<p class="trouble small" role="alert" data-testid="microphone-trouble">${trouble}</p>` : nothing}
        <div class="row end">
          ${trouble ? html`<button class="small" data-testid="microphone-again" @click=${() => this.wish("reopen")}>Try again</button>` : nothing}
          <button class="quiet small" @click=${() => this.sound.hidePopover()}>Close</button>
        </div>
      </div>
    </div>`;
  }
}
