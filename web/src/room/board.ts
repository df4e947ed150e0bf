import { defaultKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightSpecialChars, keymap, placeholder } from "@codemirror/view";
import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";

import { parts } from "../shared/sheets";
import type { BoardLink } from "./board-link";
import { boardTheme } from "./board-theme";

/** The shared board: everybody's text, everybody's cursor. */
@customElement("ly-board")
export class Board extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        min-height: 0;
      }
      .refused {
        padding: 8px 14px;
        background: var(--ly-bad-soft);
        color: var(--ly-bad);
      }
      .paper {
        min-height: 0;
        overflow: hidden;
        border-radius: inherit;
      }
    `,
  ];

  @property({ attribute: false }) link!: BoardLink;
  @property() refused = "";
  @query(".paper") private paper!: HTMLElement;
  private view: EditorView | null = null;

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("link")) return;
    this.view?.destroy();
    this.view = new EditorView({ state: this.state(), parent: this.paper, root: this.renderRoot as ShadowRoot });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.view?.destroy();
    this.view = null;
  }

  private state(): EditorState {
    const { text, provider } = this.link;
    return EditorState.create({
      doc: text.toString(),
      extensions: [
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        highlightSpecialChars(),
        drawSelection(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Shared board", spellcheck: "true" }),
        placeholder("Think together here: everybody sees what you write."),
        yCollab(text, provider.awareness),
        boardTheme,
      ],
    });
  }

  override render() {
    return html`<div>${this.refused ? this.refusal() : nothing}</div>
      <div class="paper" data-testid="board"></div>`;
  }

  private refusal() {
    return html`<p class="refused row" role="alert" data-testid="board-refused">
      <span class="grow">${this.refused}</span>
      <button class="quiet small" @click=${() => this.link.connect()}>Try again</button>
    </p>`;
  }
}
