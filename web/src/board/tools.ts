/** The tools of the whiteboard. */

import { html, type TemplateResult } from "lit";

import { icon, type IconName } from "../shared/icons";
import type { Kind } from "./schema";

export type Tool = "select" | Kind;

const TOOLS: [Tool, string, IconName][] = [
  ["select", "Select and move", "pointer"],
  ["pen", "Pen", "pen"],
  ["line", "Line", "line"],
  ["rectangle", "Rectangle", "rectangle"],
  ["ellipse", "Ellipse", "ellipse"],
  ["text", "Words", "letter"],
];

/** The bar of tools; `discard` is null while nothing is selected. */
export function toolbar(
  chosen: Tool,
  choose: (tool: Tool) => void,
  takeBack: () => void,
  discard: (() => void) | null,
): TemplateResult {
  return html`<div class="tools" role="toolbar" aria-label="Drawing">
    ${TOOLS.map(
      ([tool, name, picture]) => html`<button
        aria-label=${name}
        title=${name}
        aria-pressed=${tool === chosen ? "true" : "false"}
        data-testid="tool-${tool}"
        @click=${() => choose(tool)}
      >
        ${icon(picture)}
      </button>`,
    )}
    <button class="apart" aria-label="Take back" title="Take back" data-testid="tool-undo" @click=${takeBack}>${icon("undo")}</button>
    <button aria-label="Delete what is selected" title="Delete" data-testid="tool-delete" ?disabled=${!discard} @click=${discard}>
      ${icon("bin")}
    </button>
  </div>`;
}
