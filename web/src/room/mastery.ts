import { LitElement, css, html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";

import { parts } from "../shared/sheets";
import { zone } from "../shared/time";
import type { Mastery, Skill } from "../shared/types";
import { Follow } from "../widgets/follow";
import { LEARNER_EVENTS } from "../widgets/quests";

/** How well the learner probably knows each skill. */
@customElement("ly-mastery")
export class MasteryBars extends LitElement {
  static override styles = [
    parts,
    css`
      li {
        display: grid;
        gap: 4px;
      }
      li + li {
        margin-top: 9px;
      }
      .row {
        justify-content: space-between;
      }
    `,
  ];

  @property({ attribute: false }) token = "";
  @property() person = "";
  @state() private skills: Skill[] | null = null;
  readonly base = "";
  private readonly follow = new Follow(this);

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("person") && !changed.has("token")) return;
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

function row(skill: Skill) {
  const percent = Math.round(skill.known * 100);
  return html`<li data-testid="mastery-${skill.skill}" data-known=${skill.known} data-answers=${skill.answers}>
    <div class="row small">
      <span>${skillName(skill.skill)}</span>
      <span class="numbers muted">${percent}&nbsp;%</span>
    </div>
    <div class="bar ${percent >= 85 ? "good" : ""}" role="progressbar" aria-label=${skillName(skill.skill)}
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}
      title="${skill.right} of ${skill.answers} right">
      <span style=${styleMap({ width: `${percent}%` })}></span>
    </div>
  </li>`;
}
