/** How the board looks: calm, roomy, with names that can be read at the cursors. */

import { EditorView } from "@codemirror/view";

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
