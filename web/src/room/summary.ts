import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { Refusal, type Api } from "../shared/api";
import { parts } from "../shared/sheets";
import type { Summary, Work } from "../shared/types";
import { skillName } from "./mastery";

const PATIENCE = 20;
const PAUSE = 1_000;

/** What is left of a room that was closed: the group's part, and one's own. */
@customElement("ly-summary")
export class SummaryPart extends LitElement {
  static override styles = [
    parts,
    css`
      section {
        padding: 16px;
        display: grid;
        gap: 12px;
      }
      ul {
        display: grid;
        gap: 6px;
      }
      li {
        padding: 8px 12px;
        border-radius: var(--ly-radius-small);
        background: var(--ly-calm-soft);
        overflow-wrap: anywhere;
      }
      h3 {
        font-size: 0.95rem;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  @property() me = "";
  @state() private summary: Summary | null = null;
  private gone = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.gone = false;
    void this.fetch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.gone = true;
  }

  /** It is written a moment after the room was closed; whoever was never in has none. */
  private async fetch(): Promise<void> {
    for (let attempt = 0; attempt < PATIENCE && !this.gone; attempt++) {
      try {
        this.summary = await this.api.get<Summary>(`/rooms/${this.room}/summary`);
        return;
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== "no-summary-yet") return;
        await new Promise((resume) => setTimeout(resume, PAUSE));
      }
    }
  }

  override render() {
    if (!this.summary) return nothing;
    const { text, worked_on, open, reviews } = this.summary;
    const own = reviews.find((one) => one.person === this.me);
    return html`<section class="card" aria-labelledby="title" data-testid="summary">
      <h2 id="title">What is left of this room</h2>
      <p data-testid="summary-text">${text}</p>
      ${list("Worked on", "worked-on", worked_on)} ${list("Still open", "open", open)}
      ${own
        ? html`<div class="stack" data-testid="summary-own">
            ${list("For you to look at again", "review", own.problems)}
            <p class="small muted">${own.text} Nobody else in the room sees this part.</p>
          </div>`
        : nothing}
      <p><a href=${this.api.stream(`/rooms/${this.room}/summary.md`)} download data-testid="summary-file">Keep it as a file</a></p>
    </section>`;
  }
}

function list(title: string, mark: string, work: Work[]) {
  if (work.length === 0) return nothing;
  return html`<div class="stack" data-testid="summary-${mark}">
    <h3>${title}</h3>
    <ul>
      ${work.map((one) => html`<li><span class="pill">${skillName(one.skill)}</span> ${one.prompt}</li>`)}
    </ul>
  </div>`;
}
