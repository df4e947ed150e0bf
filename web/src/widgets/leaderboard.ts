import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";

import { avatar } from "../shared/avatar";
import { parts, tokens } from "../shared/sheets";
import type { Entry, Leaderboard } from "../shared/types";
import { Follow } from "./follow";
import { slide } from "./slide";

const SEASONS: Record<string, string> = { day: "Today", week: "This week", month: "This month", all: "All time" };

/**
 * A leaderboard that moves by itself.
 * `<lyceum-leaderboard base="https://lyceum.example" token="…" board="xp" season="week">`
 */
export class LyceumLeaderboard extends LitElement {
  static override styles = [
    tokens,
    parts,
    css`
      :host {
        display: block;
        font: 15px/1.5 var(--ly-font);
        color: var(--ly-text);
      }
      header {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: 8px;
        margin-bottom: 8px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 9px;
        padding: 5px 9px;
        border-radius: var(--ly-radius-small);
      }
      li.me {
        background: var(--ly-accent-soft);
        font-weight: 600;
      }
      .rank {
        width: 1.6em;
        text-align: right;
        color: var(--ly-muted);
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .gap {
        padding-block: 0;
        color: var(--ly-muted);
        justify-content: center;
      }
    `,
  ];

  /** The server's address; the page's own if empty. */
  @property() base = "";
  @property() token = "";
  @property() board = "xp";
  @property() season = "week";
  /** Whose row stands out; optional. */
  @property() person = "";
  @property() heading = "Leaderboard";

  @state() private data: Leaderboard | null = null;
  private readonly follow = new Follow(this);
  private places = new Map<string, number>();

  protected override willUpdate(changed: PropertyValues): void {
    if (!["base", "token", "board", "season"].some((name) => changed.has(name))) return;
    this.data = null;
    const path = `/leaderboards/${encodeURIComponent(this.board)}/live`;
    this.follow.stream(this, path, { season: this.season }, ["leaderboard"], {
      leaderboard: (data: Leaderboard) => (this.data = data),
    });
  }

  protected override updated(): void {
    this.places = slide(this.renderRoot.querySelectorAll<HTMLElement>("li[data-person]"), this.places);
  }

  override render() {
    return html`<section class="stack" aria-label=${this.heading} data-testid="leaderboard">
      <header>
        <h2>${this.heading}</h2>
        <span class="small muted">${SEASONS[this.season] ?? this.season}</span>
      </header>
      ${this.body()}
    </section>`;
  }

  private body() {
    if (!this.data) return html`<p class="small muted">Loading…</p>`;
    if (this.data.entries.length === 0) {
      return html`<p class="small muted">Nobody is here yet. Whoever has agreed to appear and earns XP shows up.</p>`;
    }
    return html`<ol>
      ${repeat(
        this.data.entries,
        (entry) => entry.person,
        (entry, index) => this.row(entry, this.data!.entries[index - 1]),
      )}
    </ol>`;
  }

  private row(entry: Entry, above: Entry | undefined) {
    const skipped = above !== undefined && entry.rank > above.rank + 1;
    return html`${skipped ? html`<li class="gap" aria-hidden="true">⋯</li>` : nothing}
      <li
        class=${classMap({ me: entry.person === this.person })}
        data-person=${entry.person}
        data-testid="leaderboard-row-${entry.person}"
        aria-current=${entry.person === this.person ? "true" : nothing}
      >
        <span class="rank numbers">${entry.rank}</span>
        ${avatar(entry.person, entry.name, 24)}
        <span class="name grow">${entry.name}</span>
        <span class="numbers" data-points=${entry.points}>${entry.points}<span class="sr"> points</span></span>
      </li>`;
  }
}
