/** What the lines of a scratchpad come to, shown at their ends. */

import { StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from "@codemirror/view";

import type { LineResult } from "../shared/types";

/** Works out lines; null while the server cannot be asked. */
export type Check = (lines: string[]) => Promise<LineResult[] | null>;

/** As many lines and characters as the server works out at once. */
const LINES = 60;
const CHARACTERS = 4000;
const LONGEST = 400;
const PAUSE_MS = 250;

/** The lines that the server is asked about: as many from the first on as it takes. */
export function asked(lines: readonly string[]): string[] {
  const within: string[] = [];
  let room = CHARACTERS;
  for (const line of lines.slice(0, LINES)) {
    const short = line.slice(0, LONGEST);
    room -= short.length;
    if (room < 0) break;
    within.push(short);
  }
  return within;
}

/** A result in words. */
export function said({ kind, text, about }: LineResult): string {
  if (kind === "right") return "✓ right";
  if (kind === "wrong") return "✗ not equal";
  if (kind === "open") return `depends on ${text}`;
  if (kind === "error") return text;
  return (kind === "defined" ? "" : "= ") + text + (about ? ` ≈ ${about}` : "");
}

class ResultWidget extends WidgetType {
  constructor(private readonly result: LineResult) {
    super();
  }

  override eq(other: ResultWidget): boolean {
    return said(this.result) === said(other.result) && this.result.kind === other.result.kind;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = `result ${this.result.kind}`;
    mark.dataset["testid"] = "scratchpad-result";
    mark.dataset["kind"] = this.result.kind;
    mark.textContent = said(this.result);
    return mark;
  }
}

const shown = StateEffect.define<LineResult[]>();

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const fresh = transaction.effects.find((effect) => effect.is(shown));
    return fresh ? marked(transaction.state, fresh.value) : marks.map(transaction.changes);
  },
  provide: (own) => EditorView.decorations.from(own),
});

function marked(state: EditorState, results: readonly LineResult[]): DecorationSet {
  const marks = results.flatMap((result, at) => {
    if (at >= state.doc.lines || !tells(result, state.doc.line(at + 1).text)) return [];
    return Decoration.widget({ widget: new ResultWidget(result), side: 1 }).range(state.doc.line(at + 1).to);
  });
  return Decoration.set(marks);
}

/** Whether the result says more than its line does. */
function tells({ kind, text }: LineResult, line: string): boolean {
  if (kind === "nothing") return false;
  if (kind === "defined") return line.replace(/\s/g, "").split("=")[1] !== text.replace(/\s/g, "");
  return kind !== "value" || line.trim() !== text;
}

/** Asks a moment after the last change, and shows the answer if nothing has changed meanwhile. */
export function results(check: Check): Extension {
  const asking = ViewPlugin.fromClass(
    class {
      private timer: ReturnType<typeof setTimeout> | undefined;

      constructor(private readonly view: EditorView) {
        this.later(0);
      }

      update(update: ViewUpdate): void {
        if (update.docChanged) this.later(PAUSE_MS);
      }

      destroy(): void {
        clearTimeout(this.timer);
      }

      private later(pause: number): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.ask(), pause);
      }

      private async ask(): Promise<void> {
        const { doc } = this.view.state;
        const found = await check(asked(doc.toString().split("\n")));
        if (found && this.view.state.doc.eq(doc)) this.view.dispatch({ effects: shown.of(found) });
      }
    },
  );
  return [field, asking];
}
