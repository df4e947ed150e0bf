import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { icon } from "../shared/icons";
import { tell } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { Problem } from "../shared/types";
import { skillName } from "./mastery";

interface Page {
  problems: Problem[];
  next: string | null;
}

/** A tutor's list of problems to give to the room. */
@customElement("ly-pose-problem")
export class PoseProblem extends LitElement {
  static override styles = [
    parts,
    css`
      ul {
        display: grid;
        gap: 8px;
        margin: 14px 0;
      }
      li button {
        display: grid;
        width: 100%;
        place-content: start;
        justify-items: start;
        text-align: left;
        gap: 3px;
      }
      .top {
        display: flex;
        justify-content: space-between;
        align-items: center;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  @state() private problems: Problem[] = [];
  @state() private next: string | null = null;
  @query("dialog") private dialog!: HTMLDialogElement;

  private async open(): Promise<void> {
    this.problems = [];
    this.dialog.showModal();
    await this.more(null);
  }

  private async more(after: string | null): Promise<void> {
    await tell(this, async () => {
      const page = await this.api.get<Page>("/problems", { limit: 30, after: after ?? undefined });
      this.problems = [...this.problems, ...page.problems];
      this.next = page.next;
    });
  }

  private async pose(problem: Problem): Promise<void> {
    const body = { problem: problem.problem };
    if (await tell(this, () => this.api.post(`/rooms/${this.room}/problem`, body))) this.dialog.close();
  }

  override render() {
    return html`<button class="quiet small" data-testid="pose-button" @click=${this.open}>Pose a problem</button>
      <dialog aria-labelledby="title" data-testid="pose-dialog">
        <div class="top">
          <h2 id="title">Pose a problem to the room</h2>
          <button class="quiet icon" aria-label="Close" @click=${() => this.dialog.close()}>${icon("close")}</button>
        </div>
        <ul>
          ${this.problems.map((problem) => this.item(problem))}
        </ul>
        ${this.problems.length ? nothing : html`<p class="muted">There are no problems in the collection yet.</p>`}
        ${this.next ? html`<button class="quiet" @click=${() => this.more(this.next)}>Show more</button>` : nothing}
      </dialog>`;
  }

  private item(problem: Problem) {
    return html`<li>
      <button class="quiet" data-testid="pose-${problem.problem}" @click=${() => this.pose(problem)}>
        <span class="pill">${skillName(problem.skill)}</span>
        <span>${problem.prompt}</span>
      </button>
    </li>`;
  }
}
