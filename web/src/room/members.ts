import { LitElement, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { avatar } from "../shared/avatar";
import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import type { Floor, Member } from "../shared/types";
import { FloorEvent, type FloorAct } from "./floor-bar";
import { membersStyles } from "./members-styles";

const SHOWN_ROLES: Record<string, string> = { tutor: "Tutor", admin: "Admin", auditor: "Auditor" };
const METER_MS = 90;

/** Who is in the room, how loud they are, who may speak; who leads the room decides that here. */
@customElement("ly-members")
export class Members extends LitElement {
  static override styles = [parts, membersStyles];

  @property({ attribute: false }) members: Member[] = [];
  @property({ attribute: false }) speaking: ReadonlySet<string> = new Set();
  @property({ attribute: false }) inVoice: ReadonlySet<string> = new Set();
  @property({ attribute: false }) floor!: Floor;
  @property({ attribute: false }) levels: () => Map<string, number> = () => new Map();
  @property() me = "";
  @property({ type: Boolean }) leads = false;
  @state() private asked: Member | null = null;
  @query("#menu") private menu!: HTMLElement;
  private metering: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.metering = setInterval(() => this.measure(), METER_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.metering);
  }

  /** Straight to the style: nothing else changes ten times a second. */
  private measure(): void {
    if (document.hidden) return;
    const levels = this.levels();
    for (const chip of this.renderRoot.querySelectorAll<HTMLElement>("li[data-person]")) {
      chip.style.setProperty("--level", String(levels.get(chip.dataset["person"]!) ?? 0));
    }
  }

  private async ask(member: Member, button: HTMLElement): Promise<void> {
    this.asked = member;
    await this.updateComplete;
    const { left, bottom } = button.getBoundingClientRect();
    this.menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 288))}px`;
    this.menu.style.top = `${bottom + 6}px`;
    this.menu.showPopover();
    this.menu.querySelector("button")?.focus();
  }

  private act(act: FloorAct): void {
    this.menu.hidePopover();
    this.dispatchEvent(new FloorEvent(act));
  }

  override render() {
    return html`<section aria-label="People in this room">
        <ul data-testid="members">
          ${repeat(this.members, (member) => member.person, (member) => this.chip(member))}
        </ul>
      </section>
      ${this.leads ? this.choices() : nothing}`;
  }

  private chip(member: Member) {
    const { person, name, role } = member;
    const [speaks, heard] = [this.speaking.has(person), this.inVoice.has(person)];
    const shown = SHOWN_ROLES[role ?? ""];
    return html`<li
      class=${speaks ? "speaking" : ""}
      data-testid="member-${person}"
      data-person=${person}
      data-speaking=${speaks}
      data-voice=${heard}
      data-hand=${this.floor.hands.includes(person)}
      data-muted=${this.floor.muted.includes(person)}
    >
      <span class="face">${avatar(person, name, 24)}</span>
      <span>${name}${person === this.me ? html` <span class="muted">(you)</span>` : nothing}</span>
      ${shown ? html`<span class="role">${shown}</span>` : nothing} ${this.signs(person, speaks, heard)}
      ${this.leads ? this.more(member) : nothing}
    </li>`;
  }

  private signs(person: string, speaks: boolean, heard: boolean) {
    const place = this.floor.hands.indexOf(person) + 1;
    const muted = this.floor.muted.includes(person);
    return html`${place
      ? html`<span class="sign hand" title="Wants to speak">${icon("hand", 14)}<span class="numbers">${place}</span><span class="sr">wants to speak</span></span>`
      : nothing}
    ${muted ? html`<span class="sign bad" title="Muted">${icon("micOff", 14)}<span class="sr">muted</span></span>` : nothing}
    ${heard && !muted ? html`<span class="sign voice" title="In voice">${icon("mic", 14)}<span class="sr">${speaks ? "speaking" : "in voice"}</span></span>` : nothing}`;
  }

  private more(member: Member) {
    const words = `What ${member.name} may do`;
    return html`<button
      class="quiet more"
      data-testid="more-${member.person}"
      aria-label=${words}
      title=${words}
      aria-haspopup="true"
      @click=${(event: Event) => this.ask(member, event.currentTarget as HTMLElement)}
    >
      ${icon("more", 16)}
    </button>`;
  }

  /** What may be decided about the one who was asked for. */
  private choices() {
    const member = this.asked;
    const person = member?.person ?? "";
    const { speakers, muted, showing, hands } = this.floor;
    const choice = (act: Exclude<FloorAct["act"], "mode">, words: string) =>
      html`<button class="quiet" data-testid="${act}-choice" @click=${() => this.act({ act, person })}>${words}</button>`;
    return html`<div id="menu" popover class="card" role="group" aria-label=${`What ${member?.name ?? ""} may do`} data-testid="member-menu">
      <h3>${member?.name}</h3>
      ${speakers.includes(person) && !muted.includes(person) ? choice("take", "Take the floor back") : choice("give", "Give the floor")}
      ${muted.includes(person) ? choice("unmute", "Let speak again") : choice("mute", "Mute")}
      ${showing.includes(person) ? choice("end", "End camera and screen") : choice("allow", "Allow camera and screen")}
      ${hands.includes(person) ? choice("lower", "Lower the hand") : nothing}
    </div>`;
  }
}
