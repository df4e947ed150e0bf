import { LitElement, css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "./icons";
import type { Tone } from "./notice";
import { parts } from "./sheets";

interface Toast {
  id: number;
  text: string;
  tone: Tone;
}

const SHOWN_MS = 7000;

/** Short notices at the edge of the page, read out by screen readers. */
@customElement("ly-toasts")
export class Toasts extends LitElement {
  static override styles = [
    parts,
    css`
      ul {
        position: fixed;
        inset: 62px 12px auto auto;
        width: max-content;
        max-width: min(420px, calc(100vw - 24px));
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        overflow: visible;
      }
      li {
        margin-top: 8px;
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 10px 6px 10px 14px;
        border-radius: var(--ly-radius-small);
        border: 1px solid var(--ly-line-strong);
        background: var(--ly-raised);
        box-shadow: var(--ly-shadow);
      }
      li.bad {
        border-color: var(--ly-bad);
        background: var(--ly-bad-soft);
      }
      li.good {
        border-color: var(--ly-good);
        background: var(--ly-good-soft);
      }
      button {
        min-height: 26px;
        color: inherit;
      }
    `,
  ];

  @state() private toasts: Toast[] = [];
  private count = 0;

  show(text: string, tone: Tone): void {
    const toast = { id: ++this.count, text, tone };
    const others = this.toasts.filter((other) => other.text !== text);
    this.toasts = [...others, toast].slice(-3);
    setTimeout(() => this.drop(toast.id), SHOWN_MS);
  }

  /** Into the top layer, above an open dialog. */
  protected override updated(): void {
    const list = this.renderRoot.querySelector("ul")!;
    if (list.matches(":popover-open")) list.hidePopover();
    if (this.toasts.length > 0) list.showPopover();
  }

  private drop(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  override render() {
    return html`<ul popover="manual" role="status" aria-live="polite">
      ${repeat(
        this.toasts,
        (toast) => toast.id,
        (toast) => html`<li class=${toast.tone} data-testid="toast">
          <span class="grow">${toast.text}</span>
          <button class="link" aria-label="Dismiss" @click=${() => this.drop(toast.id)}>${icon("close", 16)}</button>
        </li>`,
      )}
    </ul>`;
  }
}
