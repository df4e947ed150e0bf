import { LitElement, css, html, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";

import { Api, words } from "../shared/api";
import { icon } from "../shared/icons";
import { notify } from "../shared/notice";
import { parts, tokens } from "../shared/sheets";
import { zone } from "../shared/time";
import type { Quest, Quests } from "../shared/types";
import { Follow } from "./follow";

/** What `/learners/{id}/live` sends. */
export const LEARNER_EVENTS = ["mastery", "quests"] as const;

/**
 * Today's quests, XP, level and streak of one learner, moving by themselves.
 * `<lyceum-quests base="https://lyceum.example" token="…" person="ada">`
 */
export class LyceumQuests extends LitElement {
  static override styles = [
    tokens,
    parts,
    css`
      :host {
        display: block;
        font: 15px/1.5 var(--ly-font);
        color: var(--ly-text);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
      }
      dl > div {
        display: grid;
        justify-items: center;
        padding: 8px 4px;
        border-radius: var(--ly-radius-small);
        background: var(--ly-sunken);
      }
      dt {
        font-size: 0.78rem;
        line-height: 1.25;
        text-align: center;
        color: var(--ly-muted);
        order: 2;
      }
      dd {
        font-size: 1.2rem;
        font-weight: 650;
        line-height: 1.3;
        display: flex;
        align-items: center;
        gap: 4px;
      }
      dd svg {
        color: var(--ly-warn);
      }
      li {
        display: grid;
        gap: 5px;
      }
      li .row {
        justify-content: space-between;
        min-height: 32px;
      }
      li + li {
        margin-top: 8px;
      }
    `,
  ];

  /** The server's address; the page's own if empty. */
  @property() base = "";
  @property() token = "";
  @property() person = "";

  @state() private data: Quests | null = null;
  @state() private claiming = "";
  @state() private trouble = "";
  private readonly follow = new Follow(this);

  protected override willUpdate(changed: PropertyValues): void {
    if (!["base", "token", "person"].some((name) => changed.has(name)) || !this.person) return;
    this.data = null;
    const path = `/learners/${encodeURIComponent(this.person)}/live`;
    this.follow.stream(this, path, { zone: zone() }, LEARNER_EVENTS, {
      quests: (data: Quests) => (this.data = data),
    });
  }

  private async claim(quest: Quest): Promise<void> {
    this.claiming = quest.quest;
    this.trouble = "";
    try {
      const body = { day: this.data!.day, zone: zone() };
      await new Api(this.base, this.token).post(`/quests/${encodeURIComponent(quest.quest)}/claim`, body);
      notify(this, `${quest.title}: +${quest.xp} XP`, "good");
    } catch (error) {
      this.trouble = words(error);
    } finally {
      this.claiming = "";
    }
  }

  override render() {
    if (!this.data) return html`<p class="small muted">Loading…</p>`;
    const { xp, level, streak, quests } = this.data;
    return html`<section class="stack" aria-label="Quests and experience" data-testid="quests">
      <dl class="numbers">
        <div><dt>XP</dt><dd data-testid="xp">${xp}</dd></div>
        <div><dt>Level</dt><dd data-testid="level">${level}</dd></div>
        <div><dt>Day streak</dt><dd>${icon("flame")}<span data-testid="streak">${streak}</span></dd></div>
      </dl>
      <h2>Today's quests</h2>
      <ul>${repeat(quests, (quest) => quest.quest, (quest) => this.row(quest))}</ul>
      <p class="small" role="alert" ?hidden=${!this.trouble}>${this.trouble}</p>
    </section>`;
  }

  private row(quest: Quest) {
    const done = Math.min(quest.done, quest.goal);
    const width = { width: `${(100 * done) / Math.max(1, quest.goal)}%` };
    return html`<li data-testid="quest-${quest.quest}" data-met=${quest.met} data-claimed=${quest.claimed}>
      <div class="row">
        <span class="grow">${quest.title}</span>
        ${this.reward(quest)}
      </div>
      <div class="bar ${quest.met ? "good" : ""}" role="progressbar" aria-label=${quest.title}
        aria-valuemin="0" aria-valuemax=${quest.goal} aria-valuenow=${done}>
        <span style=${styleMap(width)}></span>
      </div>
    </li>`;
  }

  private reward(quest: Quest) {
    if (quest.claimed) return html`<span class="pill good">${icon("check", 14)} Claimed</span>`;
    if (!quest.met) return html`<span class="small muted numbers">${quest.done} of ${quest.goal} · ${quest.xp} XP</span>`;
    return html`<button class="small" data-testid="claim-${quest.quest}" ?disabled=${this.claiming === quest.quest}
      @click=${() => this.claim(quest)}>Claim ${quest.xp} XP</button>`;
  }
}
