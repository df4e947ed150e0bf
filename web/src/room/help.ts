import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { icon, type IconName } from "../shared/icons";
import { freshId } from "../shared/ids";
import { tell } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { Help, HelpKind } from "../shared/types";

const HELPERS: [HelpKind, string, IconName][] = [
  ["hint", "A question", "bulb"],
  ["picture", "A picture", "board"],
  ["comparison", "An expert's way", "star"],
];
const SAYING = "help-work";

/** For who is stuck: three helpers side by side. Nobody else in the room but those who teach sees them. */
@customElement("ly-help")
export class HelpPart extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: block;
      }
      .three {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(190px, 1fr));
        gap: 10px;
        padding: 12px;
      }
      .three header {
        grid-column: 1 / -1;
        display: flex;
        align-items: center;
        gap: 8px;
      }
      article {
        display: grid;
        grid-template-rows: auto 1fr auto auto;
        justify-items: start;
        gap: 6px;
        padding: 10px 12px;
        border-radius: var(--ly-radius-small);
        background: var(--ly-calm-soft);
        border-top: 3px solid var(--ly-calm);
        overflow-wrap: anywhere;
      }
      h3 {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--ly-calm);
        font-size: 0.82rem;
      }
      button.link {
        grid-row: -2;
        padding-left: 0;
      }
      dialog form {
        display: grid;
        gap: 12px;
      }
      textarea {
        min-height: 110px;
        resize: vertical;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  @property() me = "";
  @property() problem: string | null = null;
  @property({ attribute: false }) helps: Help[] = [];
  @state() private busy = false;
  @state() private dismissed = 0;
  @query("dialog") private dialog!: HTMLDialogElement;

  /** The last answer of each helper on the problem that the room works on. */
  private get mine(): Help[] {
    const own = this.helps.filter((one) => one.person === this.me && one.problem === this.problem);
    return own.filter((one) => one.position > this.dismissed);
  }

  open(): void {
    this.dialog.showModal();
  }

  private async ask(kinds: HelpKind[], work: string): Promise<void> {
    this.busy = true;
    const body = { help: freshId(), kinds, work };
    const asked = await tell(this, () => this.api.post(`/rooms/${this.room}/help`, body));
    this.busy = false;
    if (asked) this.dialog.close();
  }

  private submit(event: Event): void {
    event.preventDefault();
    const work = String(new FormData(event.target as HTMLFormElement).get("work") ?? "").trim();
    void this.ask(HELPERS.map(([kind]) => kind), work);
  }

  override render() {
    return html`${this.mine.length ? this.three() : nothing}
      <dialog aria-labelledby="title" data-testid="help-dialog">
        <form @submit=${this.submit}>
          <h2 id="title">What are you stuck with?</h2>
          <label for=${SAYING} class="muted small"
            >What have you tried, in your own words or as lines of mathematics? You may leave this empty.</label
          >
          <textarea id=${SAYING} name="work" maxlength="1000" data-testid="help-work"></textarea>
          <p class="small muted">You get a question, a picture on the board and an expert's way. Those who teach can see it, the others cannot.</p>
          <div class="row">
            <button data-testid="help-ask" ?disabled=${this.busy}>Help me on</button>
            <button type="button" class="quiet" @click=${() => this.dialog.close()}>Not now</button>
          </div>
        </form>
      </dialog>`;
  }

  private three() {
    const last = this.mine.at(-1)!.position;
    return html`<section class="three card" aria-label="Help for you" aria-live="polite" data-testid="help">
      <header>
        <strong class="grow">Three ways on</strong>
        <button class="quiet small" data-testid="help-hide" @click=${() => (this.dismissed = last)}>Hide</button>
      </header>
      ${HELPERS.map(([kind, name, picture]) => this.one(kind, name, picture))}
    </section>`;
  }

  private one(kind: HelpKind, name: string, picture: IconName) {
    const asked = this.mine.filter((one) => one.kinds.includes(kind)).at(-1);
    if (!asked) return nothing;
    const given = asked.given[kind];
    return html`<article data-testid="help-${kind}" aria-busy=${given ? "false" : "true"}>
      <h3>${icon(picture, 15)} ${name}</h3>
      <p>${given ? given.text : html`<span class="muted">On its way…</span>`}</p>
      ${kind === "picture" && given?.shapes.length ? html`<p class="small muted">It is on the whiteboard.</p>` : nothing}
      <button
        class="link small"
        data-testid="help-again-${kind}"
        ?disabled=${this.busy || !given}
        @click=${() => this.ask([kind], asked.work)}
      >
        Another way
      </button>
    </article>`;
  }
}
