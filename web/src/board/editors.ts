/** The editors of a board: its text, its code and its scratchpad, each with everybody's cursors. */

import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";

import type { BoardLink } from "./board-link";
import { boardTheme, codeColours, codeTheme } from "./board-theme";
import { found, placeAt } from "./places";
import { put, remarked, type Remark } from "./remarks";
import { results, type Check } from "./results";
import { languageOf, type Language, type TextPart } from "./schema";

const LABELS: Record<TextPart, string> = { text: "Shared text", code: "Shared code", scratchpad: "Shared scratchpad" };
const HINTS: Record<TextPart, string> = {
  text: "Think together here: everybody sees what you write.",
  code: "Write code together here.",
  scratchpad: "One step a line. Try  1/3 + 1/4  and below it  = 7/12",
};
/** Fetched when somebody writes in them, and not before. */
const GRAMMARS: Record<Language, () => Promise<Extension>> = {
  plain: () => Promise.resolve([]),
  javascript: async () => (await import("@codemirror/lang-javascript")).javascript(),
  python: async () => (await import("@codemirror/lang-python")).python(),
};

/** A message that belongs to this place. */
export type Anchored = Omit<Remark, "index"> & { anchor: string };

const LOOK_AGAIN_MS = 300;

/** An editor of one part, until it is destroyed. */
export class PartEditor {
  readonly view: EditorView;
  private readonly language = new Compartment();
  private over = false;
  private anchored: readonly Anchored[] = [];
  /** Whether some of their places are not known here. */
  private lost = false;
  private looking = false;

  constructor(
    private readonly link: BoardLink,
    readonly part: TextPart,
    parent: HTMLElement,
    root: ShadowRoot,
    check: Check,
    private readonly lead: (position: number) => void,
  ) {
    const extensions = [...this.common(), ...this.special(check)];
    this.view = new EditorView({ state: EditorState.create({ doc: link.text(part).toString(), extensions }), parent, root });
    if (part !== "code") return;
    link.settings.observe(this.chosen);
    this.chosen();
  }

  /** Shows a place, and marks its line as selected. */
  show(index: number): void {
    const line = this.view.state.doc.lineAt(Math.min(index, this.view.state.doc.length));
    this.view.focus();
    this.view.dispatch({
      selection: { anchor: line.from, head: line.to },
      effects: EditorView.scrollIntoView(line.from, { y: "center" }),
    });
  }

  /** Marks the messages that belong to places in this text. */
  mark(anchored: readonly Anchored[]): void {
    this.anchored = anchored;
    const known = this.found();
    this.lost = known.length < anchored.length;
    this.view.dispatch({ effects: put.of(known) });
  }

  private found(): Remark[] {
    return this.anchored.flatMap(({ anchor, ...remark }) => {
      const target = found(anchor, this.link.doc);
      return target && target.part === this.part ? [{ ...remark, index: target.index }] : [];
    });
  }

  /** What somebody wrote may come later than the message that belongs to it. */
  private lookAgain(): void {
    if (this.looking) return;
    this.looking = true;
    setTimeout(() => {
      this.looking = false;
      if (!this.over) this.mark(this.anchored);
    }, LOOK_AGAIN_MS);
  }

  destroy(): void {
    this.over = true;
    if (this.part === "code") this.link.settings.unobserve(this.chosen);
    this.view.destroy();
  }

  private common(): Extension[] {
    const { link, part } = this;
    const text = link.text(part);
    return [
      keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
      highlightSpecialChars(),
      drawSelection(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": LABELS[part], spellcheck: String(part === "text") }),
      placeholder(HINTS[part]),
      EditorView.updateListener.of(({ selectionSet, focusChanged, docChanged, state }) => {
        if (docChanged && this.lost) this.lookAgain();
        if (selectionSet || focusChanged) link.place = placeAt(part, text, state.selection.main.from);
      }),
      yCollab(text, link.provider.awareness, { undoManager: link.undo(part) }),
      remarked(this.lead),
      boardTheme,
    ];
  }

  private special(check: Check): Extension[] {
    if (this.part === "scratchpad") return [results(check), codeTheme];
    if (this.part === "text") return [];
    return [
      lineNumbers(),
      bracketMatching(),
      indentOnInput(),
      // Escape, then Tab, leaves the editor, as CodeMirror says itself to screen readers.
      keymap.of([indentWithTab]),
      syntaxHighlighting(codeColours),
      codeTheme,
      this.language.of([]),
    ];
  }

  private readonly chosen = () => void this.speak(languageOf(this.link.settings));

  private async speak(language: Language): Promise<void> {
    const grammar = await GRAMMARS[language]();
    // Another may have been chosen, or the editor closed, while this one was fetched.
    if (this.over || languageOf(this.link.settings) !== language) return;
    this.view.dispatch({ effects: this.language.reconfigure(grammar) });
  }
}
