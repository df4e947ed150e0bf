import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { icon } from "../shared/icons";
import { freshId } from "../shared/ids";
import { notify, tell } from "../shared/notice";
import { parts } from "../shared/sheets";

const FAMILIES = [
  ["arithmetic", "Arithmetic"],
  ["fractions", "Fractions"],
  ["percent", "Percent"],
  ["ratios", "Ratios"],
  ["linear-equations", "Equations"],
  ["geometry", "Geometry"],
] as const;

/** A fresh problem at the group's level, of a kind that somebody in the room picks. */
@customElement("ly-fresh-problem")
export class FreshProblem extends LitElement {
  static override styles = [
    parts,
    css`
      .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 8px;
        margin: 14px 0;
      }
      .top {
        display: flex;
        justify-content: space-between;
        align-items: center;
        gap: 10px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  /** Whether the room works on a problem, so that more of the same can be wished for. */
  @property({ type: Boolean }) alike = false;
  @state() private busy = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  private async want(family?: string): Promise<void> {
    this.busy = true;
    const body = { wish: freshId(), ...(family ? { family, skill: family } : {}) };
    const path = `/rooms/${this.room}/problems`;
    const went = await tell(this, async () => {
      const { level } = await this.api.post<{ level: number }>(path, body);
      notify(this, `A problem at level ${level} of 5 is being made for this group.`);
    });
    this.busy = false;
    if (went) this.dialog.close();
  }

  override render() {
    return html`<button class="quiet small" data-testid="fresh-button" @click=${() => this.dialog.showModal()}>
        ${icon("spark", 15)} New problem
      </button>
      <dialog aria-labelledby="title" data-testid="fresh-dialog">
        <div class="top">
          <h2 id="title">A new problem for this group</h2>
          <button class="quiet icon" aria-label="Close" @click=${() => this.dialog.close()}>${icon("close")}</button>
        </div>
        <p class="muted small">It fits what those who are here know so far. Its answer has been worked out, and stays hidden.</p>
        <div class="kinds">
          ${FAMILIES.map(
            ([family, name]) => html`<button
              class="quiet"
              data-testid="fresh-${family}"
              ?disabled=${this.busy}
              @click=${() => this.want(family)}
            >
              ${name}
            </button>`,
          )}
        </div>
        ${this.alike
          ? html`<button data-testid="fresh-alike" ?disabled=${this.busy} @click=${() => this.want()}>One like the present one</button>`
          : nothing}
      </dialog>`;
  }
}
