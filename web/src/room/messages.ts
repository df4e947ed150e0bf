import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { avatar } from "../shared/avatar";
import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import { clockTime } from "../shared/time";
import type { Intervention, Message } from "../shared/types";
import { partOf } from "../board/places";
import type { Part } from "../board/schema";
import "./facilitator-note";

const PLACES: Record<Part, string> = {
  text: "In the text",
  code: "In the code",
  shapes: "On the drawing",
  scratchpad: "On the scratchpad",
};

type Line = Message | Intervention;

/** A wish to send; whoever does it says with `done` whether it went well. */
export class SendEvent extends CustomEvent<{ text: string; anchored: boolean; done: (went: boolean) => void }> {}

/** A wish to be shown the place on the board that a message belongs to. */
export class PlaceEvent extends CustomEvent<string> {}

/** The room's conversation, the facilitator's words among it. */
@customElement("ly-messages")
export class Messages extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr) auto;
        min-height: 0;
        height: 100%;
      }
      h2 {
        padding: 12px 14px 8px;
      }
      .log {
        overflow-y: auto;
        padding: 4px 14px 12px;
        overscroll-behavior: contain;
      }
      .log:focus-visible {
        outline-offset: -3px;
      }
      ol {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 11px;
      }
      li.line {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 9px;
      }
      li.line:focus {
        outline: none;
      }
      .head {
        display: flex;
        gap: 8px;
        align-items: baseline;
        font-size: 0.85rem;
      }
      .text {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      .place {
        padding-left: 0;
        font-size: 0.82rem;
      }
      form button {
        flex: none;
      }
      .pin {
        color: var(--ly-muted);
      }
      .pin[aria-pressed="true"] {
        background: var(--ly-accent-soft);
        border-color: var(--ly-accent);
        color: var(--ly-accent);
      }
      form {
        display: flex;
        gap: 8px;
        padding: 10px 12px 12px;
        border-top: 1px solid var(--ly-line);
      }
      .empty {
        margin: 20vh auto 0;
        text-align: center;
        max-width: 22ch;
      }
    `,
  ];

  @property({ attribute: false }) messages: Message[] = [];
  @property({ attribute: false }) interventions: Intervention[] = [];
  @property({ attribute: false }) nameOf: (person: string) => string = (person) => person;
  @state() private draft = "";
  @state() private sending = false;
  @state() private anchored = false;
  @query(".log") private list!: HTMLElement;
  private atEnd = true;

  /** Goes to a message, by its position in the log. */
  show(position: number): void {
    const line = this.renderRoot.querySelector<HTMLElement>(`[data-position="${position}"]`);
    line?.scrollIntoView({ block: "center" });
    line?.animate({ background: ["var(--ly-accent-soft)", "transparent"] }, { duration: 1600, easing: "ease-in" });
    line?.focus({ preventScroll: true });
  }

  protected override willUpdate(): void {
    // Whoever reads further up is left where they are.
    const list = this.renderRoot.querySelector(".log");
    this.atEnd = !list || list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  }

  protected override updated(): void {
    if (this.atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.draft.trim();
    if (!text || this.sending) return;
    this.sending = true;
    const done = (went: boolean) => {
      this.sending = false;
      if (!went) return;
      this.draft = "";
      this.anchored = false;
    };
    this.dispatchEvent(new SendEvent("send", { detail: { text, anchored: this.anchored, done } }));
  }

  override render() {
    const lines: Line[] = [...this.messages, ...this.interventions].sort((a, b) => a.position - b.position);
    return html`<h2>Conversation</h2>
      <div class="log" role="log" aria-live="polite" aria-label="Messages" tabindex="0" data-testid="message-list">
        ${lines.length ? nothing : html`<p class="empty muted small">Nothing has been written yet. Say hello!</p>`}
        <ol>
          ${repeat(lines, (line) => line.position, (line) => this.line(line))}
        </ol>
      </div>
      <form @submit=${this.submit}>
        <input
          data-testid="message-input"
          aria-label="Write a message"
          placeholder="Write a message"
          maxlength="2000"
          autocomplete="off"
          .value=${this.draft}
          @input=${(event: Event) => (this.draft = (event.target as HTMLInputElement).value)}
        />
        <button
          type="button"
          class="quiet icon pin"
          data-testid="message-anchor"
          aria-label="With my place on the board"
          title="With my place on the board"
          aria-pressed=${this.anchored ? "true" : "false"}
          @click=${() => (this.anchored = !this.anchored)}
        >
          ${icon("pin")}
        </button>
        <button class="icon" data-testid="message-send" aria-label="Send" ?disabled=${!this.draft.trim() || this.sending}>
          ${icon("send")}
        </button>
      </form>`;
  }

  private line(line: Line) {
    if ("intervention" in line) {
      return html`<li><ly-facilitator-note .intervention=${line}></ly-facilitator-note></li>`;
    }
    const name = line.name ?? this.nameOf(line.person);
    return html`<li class="line" data-testid="message" data-person=${line.person} data-position=${line.position} tabindex="-1">
      ${avatar(line.person, name, 26)}
      <div>
        <div class="head"><strong>${name}</strong><time class="muted numbers" datetime=${line.at}>${clockTime(line.at)}</time></div>
        <div class="text">${line.text}</div>
        ${line.anchor ? this.place(line.anchor) : nothing}
      </div>
    </li>`;
  }

  private place(anchor: string) {
    const part = partOf(anchor);
    if (!part) return nothing;
    const show = () => this.dispatchEvent(new PlaceEvent("place", { detail: anchor }));
    return html`<button class="link place" data-testid="message-place" @click=${show}>
      ${icon("pin", 14)} ${PLACES[part]}
    </button>`;
  }
}
