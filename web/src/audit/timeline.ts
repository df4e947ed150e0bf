import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { parts } from "../shared/sheets";
import { clockTime } from "../shared/time";
import type { TimelineEntry } from "../shared/types";
import { eventName } from "./event-names";

/** All that happened in the room, in order; each entry leads to its moment. */
@customElement("ly-timeline")
export class Timeline extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: block;
        padding: 14px;
      }
      ol {
        max-height: 380px;
        overflow-y: auto;
        margin-top: 8px;
        position: relative;
      }
      li button {
        display: grid;
        grid-template-columns: 5.5em 4em minmax(12em, 20em) 1fr;
        justify-content: start;
        gap: 10px;
        width: 100%;
        min-height: 34px;
        padding: 5px 8px;
        text-align: left;
        font-weight: 400;
        color: var(--ly-text);
        background: none;
        border-radius: 6px;
      }
      li button > * {
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      li button:hover:not(:disabled) {
        background: var(--ly-sunken);
        filter: none;
      }
      li.later button {
        color: var(--ly-muted);
      }
      li button[aria-current="true"] {
        background: var(--ly-accent-soft);
        color: var(--ly-accent);
      }
      :focus-visible {
        outline-offset: -3px;
      }
      @media (max-width: 560px) {
        li button {
          grid-template-columns: 5.2em 1fr auto;
        }
        .position {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) entries: TimelineEntry[] = [];
  @property({ attribute: false }) people: ReadonlyMap<string, string> = new Map();
  @property({ type: Number }) position = 0;
  @property({ type: Boolean }) more = false;

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("position")) return;
    const list = this.renderRoot.querySelector("ol");
    const current = this.renderRoot.querySelector<HTMLElement>('[aria-current="true"]')?.parentElement;
    if (list && current) list.scrollTop = current.offsetTop - list.clientHeight / 2;
  }

  override render() {
    const current = this.entries.findLast((entry) => entry.position <= this.position)?.position;
    return html`<h2>What happened</h2>
      <ol aria-label="Events" data-testid="audit-timeline">
        ${repeat(this.entries, (entry) => entry.position, (entry) => this.entry(entry, current))}
      </ol>
      ${this.more
        ? html`<button class="quiet small" data-testid="audit-more" @click=${() => this.dispatchEvent(new CustomEvent("more"))}>Show more</button>`
        : nothing}`;
  }

  private entry({ position, at, type, person }: TimelineEntry, current: number | undefined) {
    const name = person ? (this.people.get(person) ?? person) : "";
    return html`<li class=${position > this.position ? "later" : ""}>
      <button
        aria-current=${position === current ? "true" : "false"}
        data-testid="audit-entry-${position}"
        @click=${() => this.dispatchEvent(new CustomEvent("seek", { detail: position }))}
      >
        <span class="muted numbers">${clockTime(at)}</span>
        <span class="muted numbers position">${position}</span>
        <span>${eventName(type)}</span>
        <span>${name}</span>
      </button>
    </li>`;
  }
}
