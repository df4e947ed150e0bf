import { LitElement, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { tell } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { Me, Scope } from "../shared/types";

interface Choice {
  scope: Scope;
  title: string;
  means: string;
}

const CHOICES: Choice[] = [
  {
    scope: "voice",
    title: "Be heard",
    means:
      "Your microphone goes to the others in the room, and the server measures when you speak, so that the facilitator notices who has had no say. What you say is recorded or written down only if you agree to that, too. Without this you listen, and take part in writing.",
  },
  {
    scope: "transcript",
    title: "Have what you say written down",
    means:
      "In rooms where a tutor has turned it on, what you say becomes text that the others in the room can read, now and later. Without this nothing of what you say is written down.",
  },
  {
    scope: "recording",
    title: "Be recorded",
    means:
      "While a room is recorded, what you say in it is kept for some weeks, encrypted, for those of the room, tutors and auditors to hear again. Without this nothing of your voice is kept, and you take part all the same.",
  },
  {
    scope: "text-to-model",
    title: "Let a language model read along",
    means:
      "In rooms where a tutor has turned it on, the last lines that you wrote, or said where that is written down, may be shown to a language model, without names, so that the facilitator finds better words. Without this nothing of yours is shown to it.",
  },
  {
    scope: "leaderboard",
    title: "Appear on leaderboards",
    means: "Your name and points can be seen by others of your organisation. Without this your points count for you alone.",
  },
];

/** One choice, once the server has it. */
export class ConsentEvent extends CustomEvent<{ scope: Scope; agreed: boolean }> {}

/** What one agrees to; each choice is saved as it is made, and can be taken back. */
@customElement("ly-consents")
export class Consents extends LitElement {
  static override styles = [
    parts,
    css`
      ul {
        display: grid;
        gap: 10px;
      }
      label {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 2px 12px;
        padding: 12px 14px;
        border: 1px solid var(--ly-line);
        border-radius: var(--ly-radius-small);
        background: var(--ly-surface);
        cursor: pointer;
      }
      label:has(:checked) {
        border-color: var(--ly-accent);
        background: var(--ly-accent-soft);
      }
      input {
        margin-top: 3px !important;
      }
      .means {
        grid-column: 2;
      }
      strong {
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) me!: Me;
  @state() private busy: ReadonlySet<Scope> = new Set();

  /** Resolves when every choice made so far is saved, or has failed to be. */
  settled: Promise<unknown> = Promise.resolve();

  private choose(scope: Scope, box: HTMLInputElement): void {
    const saving = this.save(scope, box);
    this.settled = Promise.all([this.settled, saving]);
  }

  private async save(scope: Scope, box: HTMLInputElement): Promise<void> {
    const agreed = box.checked;
    this.busy = new Set([...this.busy, scope]);
    const path = `/people/me/consents/${scope}`;
    const saved = await tell(this, () => (agreed ? this.api.put(path) : this.api.delete(path)));
    this.busy = new Set([...this.busy].filter((other) => other !== scope));
    if (!saved) {
      box.checked = !agreed;
      return;
    }
    this.dispatchEvent(
      new ConsentEvent("consent", { detail: { scope, agreed }, bubbles: true, composed: true }),
    );
  }

  private async call(box: HTMLInputElement): Promise<void> {
    const called = box.checked;
    const path = "/people/me/calls";
    const saved = await tell(this, () => (called ? this.api.put(path) : this.api.delete(path)));
    if (saved) this.me.called = called;
    else box.checked = !called;
  }

  override render() {
    return html`<ul>
      ${CHOICES.map((choice) => html`<li>${this.choice(choice)}</li>`)}
      <li>${this.calls()}</li>
    </ul>`;
  }

  private calls() {
    return html`<label>
      <input
        type="checkbox"
        data-testid="called"
        aria-describedby="means-called"
        .checked=${this.me.called ?? true}
        @change=${({ target }: Event) => {
          const saving = this.call(target as HTMLInputElement);
          this.settled = Promise.all([this.settled, saving]);
        }}
      />
      <strong>Be called on</strong>
      <span class="means small muted" id="means-called">
        The facilitator may turn to you by name. Without this it never does, in any room.
      </span>
    </label>`;
  }

  private choice({ scope, title, means }: Choice) {
    return html`<label>
      <input
        type="checkbox"
        data-testid="consent-${scope}"
        aria-describedby="means-${scope}"
        .checked=${this.me.consents.includes(scope)}
        ?disabled=${this.busy.has(scope)}
        @change=${(event: Event) => this.choose(scope, event.target as HTMLInputElement)}
      />
      <strong>${title}</strong>
      <span class="means small muted" id="means-${scope}">${means}</span>
    </label>`;
  }
}
