import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import type { Me } from "../shared/types";
import type { SaveState } from "../board/saving";
import "./consents";

const SAVE_WORDS: Record<SaveState, string> = {
  saved: "Saved",
  saving: "Saving…",
  offline: "Offline, will be sent",
};
const SAVE_TONES: Record<SaveState, string> = { saved: "good", saving: "", offline: "warn" };

/** The room's title, the state of the line, and the menu; tools go into the slot. */
@customElement("ly-room-header")
export class RoomHeader extends LitElement {
  static override styles = [
    parts,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 8px 10px;
        flex-wrap: wrap;
      }
      .title {
        display: flex;
        align-items: center;
        gap: 10px;
        min-width: 0;
      }
      h1 {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 6px 10px;
        flex-wrap: wrap;
      }
      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-bottom: 14px;
      }
      dialog .row {
        margin-top: 18px;
        justify-content: space-between;
      }
      @media (max-width: 720px) {
        .title {
          flex: 1 1 100%;
        }
        .title h1 {
          flex: 1;
        }
        .tools {
          flex: 1;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) me!: Me;
  @property() heading = "";
  @property() save: SaveState = "offline";
  @property({ type: Boolean }) live = false;
  @property({ type: Boolean }) recording = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  /** Opens the menu, where one agrees and withdraws. */
  open(): void {
    this.dialog.showModal();
  }

  private leave(): void {
    this.dialog.close();
    this.dispatchEvent(new CustomEvent("leave"));
  }

  override render() {
    return html`<header>
        <div class="title grow">
          <h1 data-testid="room-title">${this.heading}</h1>
          <span class="pill ${SAVE_TONES[this.save]}" role="status" data-testid="saved-state" data-state=${this.save}>${SAVE_WORDS[this.save]}</span>
          <span class=${this.live ? "sr" : "pill warn"} role="status" data-testid="connection-state" data-state=${this.live ? "up" : "down"}>
            ${this.live ? "Connected" : "Reconnecting…"}
          </span>
          <span role="status" data-testid="recording-state" data-state=${this.recording ? "on" : "off"} title=${this.recording ? (this.me.consents.includes("recording") ? "What you say is kept: you agreed to it." : "Nothing that you say is kept: you have not agreed to it.") : ""}>
            ${this.recording ? html`<span class="pill warn">${icon("record", 12)} Recording</span>` : nothing}
          </span>
        </div>
        <div class="tools"><slot></slot></div>
        <button class="quiet icon" data-testid="menu-button" aria-label="Your choices, and leaving" @click=${this.open}>
          ${icon("settings")}
        </button>
      </header>
      ${this.menu()}`;
  }

  private menu() {
    return html`<dialog aria-labelledby="choices" data-testid="menu">
      <div class="top">
        <h2 id="choices">What you agree to</h2>
        <button class="quiet icon" data-testid="menu-close" aria-label="Close" @click=${() => this.dialog.close()}>${icon("close")}</button>
      </div>
      <ly-consents .api=${this.api} .me=${this.me}></ly-consents>
      <div class="row">
        <span class="small muted">You are ${this.me.name}.</span>
        <button class="quiet danger" data-testid="leave-button" @click=${this.leave}>${icon("exit")} Leave the room</button>
      </div>
    </dialog>`;
  }
}
