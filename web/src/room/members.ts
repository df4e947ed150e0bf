import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { avatar } from "../shared/avatar";
import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import type { Member } from "../shared/types";

const SHOWN_ROLES: Record<string, string> = { tutor: "Tutor", admin: "Admin", auditor: "Auditor" };

/** Who is in the room, who can be heard, and who speaks right now. */
@customElement("ly-members")
export class Members extends LitElement {
  static override styles = [
    parts,
    css`
      ul {
        display: flex;
        gap: 7px;
        overflow-x: auto;
        padding: 4px;
        scrollbar-width: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 7px;
        flex: none;
        padding: 3px 11px 3px 4px;
        border-radius: 99px;
        border: 1px solid var(--ly-line);
        background: var(--ly-surface);
        font-size: 0.88rem;
        transition: box-shadow var(--ly-fast), border-color var(--ly-fast);
      }
      li.speaking {
        border-color: var(--ly-good);
        box-shadow: 0 0 0 2px var(--ly-good);
      }
      .role {
        color: var(--ly-muted);
        font-size: 0.78rem;
      }
      .voice {
        display: inline-grid;
        color: var(--ly-muted);
      }
      .speaking .voice {
        color: var(--ly-good);
      }
    `,
  ];

  @property({ attribute: false }) members: Member[] = [];
  @property({ attribute: false }) speaking: ReadonlySet<string> = new Set();
  @property({ attribute: false }) inVoice: ReadonlySet<string> = new Set();
  @property() me = "";

  override render() {
    return html`<section aria-label="People in this room">
      <ul data-testid="members">
        ${repeat(this.members, (member) => member.person, (member) => this.chip(member))}
      </ul>
    </section>`;
  }

  private chip({ person, name, role }: Member) {
    const [speaks, heard] = [this.speaking.has(person), this.inVoice.has(person)];
    const shown = SHOWN_ROLES[role ?? ""];
    return html`<li class=${speaks ? "speaking" : ""} data-testid="member-${person}" data-speaking=${speaks} data-voice=${heard}>
      ${avatar(person, name, 24)}
      <span>${name}${person === this.me ? html` <span class="muted">(you)</span>` : nothing}</span>
      ${shown ? html`<span class="role">${shown}</span>` : nothing}
      ${heard ? html`<span class="voice" title="In voice">${icon("mic", 14)}<span class="sr">${speaks ? "speaking" : "in voice"}</span></span>` : nothing}
    </li>`;
  }
}
