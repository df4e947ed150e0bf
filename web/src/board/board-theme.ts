/** How the board looks: calm, roomy, with names that can be read at the cursors. */

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const boardTheme = EditorView.theme({
  "&": { height: "100%", fontSize: "15px", color: "var(--ly-text)", background: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--ly-mono)", lineHeight: "1.75", overflow: "auto" },
  ".cm-content": { padding: "22px 0 40vh", caretColor: "var(--ly-accent)" },
  ".cm-line": { padding: "0 22px" },
  ".cm-placeholder": { color: "var(--ly-muted)" },
  ".cm-cursor": { borderLeft: "2px solid var(--ly-accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--ly-accent) 26%, transparent)",
  },
  ".cm-ySelectionInfo": {
    opacity: "1",
    fontFamily: "var(--ly-font)",
    fontSize: "11px",
    fontWeight: "600",
    lineHeight: "1.4",
    padding: "0 5px",
    top: "-1.15em",
    borderRadius: "5px 5px 5px 0",
  },
  ".cm-ySelectionCaretDot": { display: "none" },
});

/** For code and for mathematics: denser, with results at the ends of lines. */
export const codeTheme = EditorView.theme({
  ".cm-content": { paddingTop: "14px" },
  ".cm-scroller": { lineHeight: "1.6" },
  ".cm-line": { padding: "0 16px" },
  ".cm-gutters": { background: "transparent", border: "none", color: "var(--ly-muted)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "34px", padding: "0 2px 0 12px", opacity: "0.75" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--ly-accent-soft)", outline: "1px solid var(--ly-accent)" },
  ".result": {
    display: "inline-block",
    marginLeft: "14px",
    padding: "1px 9px",
    borderRadius: "99px",
    fontFamily: "var(--ly-font)",
    fontSize: "0.85em",
    lineHeight: "1.4",
    background: "var(--ly-sunken)",
    color: "var(--ly-muted)",
  },
  ".result.value, .result.defined": { color: "var(--ly-accent)", background: "var(--ly-accent-soft)" },
  ".result.right": { color: "var(--ly-good)", background: "var(--ly-good-soft)" },
  ".result.wrong": { color: "var(--ly-warn)", background: "var(--ly-warn-soft)" },
});

/** The page's own colours, so that code is legible in both schemes. */
export const codeColours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--ly-calm)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--ly-good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--ly-warn)" },
  { tag: [tags.comment, tags.meta], color: "var(--ly-muted)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName), tags.className], color: "var(--ly-accent)" },
]);
