import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";

import { parts, tokens } from "../shared/sheets";
import { zone } from "../shared/time";
import type { Mastery, Prediction, Skill } from "../shared/types";
import { Follow } from "./follow";
import { LEARNER_EVENTS } from "./quests";

/**
 * How well a learner probably knows each skill, and why, moving by itself.
 * `<lyceum-mastery base="https://lyceum.example" token="…" person="ada">`
 */
export class LyceumMastery extends LitElement {
  static override styles = [
    tokens,
    parts,
    css`
      :host {
        display: block;
        font: 15px/1.5 var(--ly-font);
        color: var(--ly-text);
      }
      li.skill {
        display: grid;
        gap: 4px;
      }
      li.skill + li.skill {
        margin-top: 9px;
      }
      .row {
        justify-content: space-between;
      }
      .bar {
        position: relative;
      }
      .bar .between {
        position: absolute;
        inset: 0 auto 0 0;
        opacity: 0.35;
      }
      summary {
        cursor: pointer;
        color: var(--ly-muted);
      }
      details li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
      }
      details ul {
        margin: 4px 0 0;
      }
    `,
  ];

  /** The server's address; the page's own if empty. */
  @property() base = "";
  @property() token = "";
  @property() person = "";

  @state() private skills: Skill[] | null = null;
  private readonly follow = new Follow(this);

  protected override willUpdate(changed: PropertyValues): void {
    if (!["base", "token", "person"].some((name) => changed.has(name)) || !this.person) return;
    const path = `/learners/${encodeURIComponent(this.person)}/live`;
    this.follow.stream(this, path, { zone: zone() }, LEARNER_EVENTS, {
      mastery: (data: Mastery) => (this.skills = data.skills),
    });
  }

  override render() {
    return html`<section class="stack" aria-label="Mastery" data-testid="mastery">
      <h2>Mastery</h2>
      ${this.skills?.length
        ? html`<ul>${repeat(this.skills, (skill) => skill.skill, row)}</ul>`
        : html`<p class="small muted">Answer a problem and your skills appear here.</p>`}
    </section>`;
  }
}

/** `linear-equations` as people write it. */
export function skillName(skill: string): string {
  const spaced = skill.replace(/[-_]+/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What stands beside a skill: its figure, or how many answers it takes until there is one. */
export function standing(skill: Skill): string {
  if (skill.known === null) return `${skill.needed} more ${skill.needed === 1 ? "answer" : "answers"}`;
  return `${skill.level} · ${percent(skill.known)}`;
}

/** `0.624` as `62 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`;
}

/** A term in logits, as it is read out: `+0.6`, `−0.8`. */
export function signed(logits: number): string {
  return `${logits < 0 ? "\u2212" : "+"}${Math.abs(logits).toFixed(1)}`;
}

function row(skill: Skill) {
  const name = skillName(skill.skill);
  return html`<li class="skill" data-testid="mastery-${skill.skill}" data-known=${skill.known ?? nothing}
    data-answers=${skill.answers} data-level=${skill.level}>
    <div class="row small">
      <span>${name}</span>
      <span class="numbers muted">${standing(skill)}</span>
    </div>
    ${skill.known === null ? nothing : bar(name, skill, skill.known)}
    ${why(skill.next)}
  </li>`;
}

function bar(name: string, skill: Skill, known: number) {
  const low = skill.low ?? known;
  const high = skill.high ?? known;
  const between = { left: `${low * 100}%`, width: `${(high - low) * 100}%` };
  const said = `${percent(known)}, probably between ${percent(low)} and ${percent(high)}`;
  return html`<div class="bar ${skill.level === "mastered" || skill.level === "proficient" ? "good" : ""}"
    role="progressbar" aria-label=${name} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(known * 100)} aria-valuetext=${said}
    title="${said}; ${skill.right} of ${skill.answers} right">
    <span style=${styleMap({ width: `${known * 100}%` })}></span>
    <span class="between" style=${styleMap(between)}></span>
  </div>`;
}

function why(next: Prediction) {
  return html`<details class="small">
    <summary>Next answer right: ${percent(next.probability)}</summary>
    <p class="muted">Probably between ${percent(next.low)} and ${percent(next.high)}, on a problem nobody has met.</p>
    ${next.reasons.length
      ? html`<ul aria-label="What speaks for it and against it">
          ${next.reasons.map((each) => html`<li><span>${each.words}</span><span class="numbers">${signed(each.logits)}</span></li>`)}
        </ul>`
      : nothing}
  </details>`;
}
