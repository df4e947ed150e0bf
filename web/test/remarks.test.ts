import { EditorState, type TransactionSpec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { expect, test } from "vitest";

import { put, remarked, type Remark } from "../src/board/remarks";

function remark(position: number, index: number): Remark {
  return { position, person: "ada", name: "Ada", at: "2026-03-02T12:00:00Z", text: "Why?", index };
}

/** A text with messages at these places, after these changes. */
function marked(doc: string, indices: number[], ...changes: TransactionSpec[]): EditorState {
  const state = EditorState.create({ doc, extensions: remarked(() => {}) });
  const said = put.of(indices.map((index, position) => remark(position, index)));
  return [{ effects: said }, ...changes].reduce<EditorState>((before, change) => before.update(change).state, state);
}

/** [from, to] of every pin and every marked word. */
function places(state: EditorState): [number, number][] {
  const found: [number, number][] = [];
  for (const decorations of state.facet(EditorView.decorations)) {
    if (typeof decorations !== "function") decorations.between(0, state.doc.length, (from, to) => void found.push([from, to]));
  }
  return found;
}

test("the word at the place of a message is marked, with a pin before it", () => {
  expect(places(marked("one half", [4]))).toEqual([
    [4, 4],
    [4, 8],
  ]);
  expect(places(marked("one half", [8]))).toEqual([[8, 8]]);
});

test("messages of one place share a pin, and none is marked beyond the end", () => {
  expect(places(marked("one", [0, 0]))).toHaveLength(2);
  expect(places(marked("one", [99]))).toEqual([[3, 3]]);
});

test("the mark moves with what it stands at", () => {
  const before = { changes: { from: 0, insert: "now " } };
  expect(places(marked("one half", [4], before))).toEqual([
    [8, 8],
    [8, 12],
  ]);
  const right = { changes: { from: 4, insert: "a " } };
  expect(places(marked("one half", [4], right))[0]).toEqual([6, 6]);
  expect(places(marked("one half", [4], { changes: { from: 2, to: 8 } }))).toEqual([[2, 2]]);
});

test("what is no longer said is not marked any more", () => {
  expect(places(marked("one half", [4], { effects: put.of([]) }))).toEqual([]);
});
