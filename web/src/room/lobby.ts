import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { avatar } from "../shared/avatar";
import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import type { Me, RoomView } from "../shared/types";
import "./consents";
import type { Consents } from "./consents";
import "./summary";

export class JoinEvent extends CustomEvent<{ voice: boolean }> {}

/** Before the room: who one is, what one agrees to, and the way in. */
@customElement("ly-lobby")
export class Lobby extends LitElement {
  static override styles = [
    parts,
    css`
      main {
        max-width: 600px;
        margin: 0 auto;
        padding: clamp(20px, 7dvh, 72px) 16px 40px;
        display: grid;
        gap: 18px;
      }
      h1 {
        font-size: 1.6rem;
      }
      .who {
        padding: 12px 16px;
      }
      .notice {
        padding: 10px 14px;
        border-radius: var(--ly-radius-small);
        background: var(--ly-warn-soft);
        color: var(--ly-warn);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
      }
      .actions button {
        min-height: 44px;
        padding-inline: 20px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) me!: Me;
  @property({ attribute: false }) view: RoomView | null = null;
  @property() notice = "";
  @property({ type: Boolean }) busy = false;

  /** Once a choice that may still be on its way is saved: it decides whether one is heard. */
  private async join(voice: boolean): Promise<void> {
    await this.renderRoot.querySelector<Consents>("ly-consents")?.settled;
    await this.updateComplete;
    this.dispatchEvent(new JoinEvent("join", { detail: { voice } }));
  }

  override render() {
    const roles = this.me.roles.join(", ") || this.me.role || "";
    return html`<main>
      <p class="notice" role="status" data-testid="notice" ?hidden=${!this.notice}>${this.notice}</p>
      <div>
        <p class="muted">Study room</p>
        <h1 data-testid="room-title">${this.view?.title ?? "Welcome"}</h1>
        ${this.people()}
        ${this.view?.recording
          ? html`<p class="pill warn" data-testid="lobby-recording">${icon("record", 12)} This room is being recorded: those alone who agree to it below.</p>`
          : nothing}
      </div>
      ${this.view?.closed
        ? html`<ly-summary .api=${this.api} room=${this.view.room} me=${this.me.person}></ly-summary>`
        : nothing}
      <div class="who card row">
        ${avatar(this.me.person, this.me.name, 40)}
        <div class="grow">
          <strong data-testid="me-name">${this.me.name}</strong>
          <div class="small muted">You join as ${roles || "a guest"}</div>
        </div>
      </div>
      <section class="stack" aria-labelledby="agree">
        <h2 id="agree">What do you agree to?</h2>
        <p class="small muted">All of it is up to you, each choice is saved at once, and you can change your mind at any time.</p>
        <ly-consents .api=${this.api} .me=${this.me}></ly-consents>
      </section>
      ${this.actions()}
    </main>`;
  }

  private people() {
    const names = this.view?.members.map((member) => member.name) ?? [];
    if (names.length === 0) return nothing;
    return html`<p class="muted small">Inside: ${names.join(", ")}</p>`;
  }

  private actions() {
    const heard = this.me.consents.includes("voice");
    const closed = this.view?.closed ?? false;
    const join = heard ? "Join with voice" : "Join and listen";
    return html`<div class="actions">
      <button data-testid="join-button" ?disabled=${this.busy || closed} @click=${() => this.join(true)}>
        ${closed ? nothing : icon(heard ? "mic" : "phone")} ${closed ? "The room is closed" : join}
      </button>
      ${closed
        ? nothing
        : html`<button class="quiet" data-testid="join-silent-button" ?disabled=${this.busy} @click=${() => this.join(false)}>
            Join without sound
          </button>`}
    </div>`;
  }
}
