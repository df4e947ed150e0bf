/** A shape as SVG. */

import { svg, nothing, type SVGTemplateResult } from "lit";

import type { Pointer } from "./pointers";
import type { Shape } from "./schema";
import { FONT, boxOf, pathOf } from "./shapes";

const AROUND = 12;

/** What one sees of it; `grip` for the wider one by which it is held. */
export function drawn({ kind, points, text, colour }: Shape, grip = false): SVGTemplateResult {
  const [x, y] = [points[0]!, points[1]!];
  if (kind === "text") return grip ? textGrip(x, y, text) : svg`<text x=${x} y=${y} fill=${colour}>${text}</text>`;
  if (kind === "pen" || kind === "line") return svg`<path d=${pathOf(points)} />`;
  const box = boxOf(points);
  if (kind === "rectangle") return svg`<rect x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="6" />`;
  const [rx, ry] = [box.width / 2, box.height / 2];
  return svg`<ellipse cx=${box.x + rx} cy=${box.y + ry} rx=${rx} ry=${ry} />`;
}

function textGrip(x: number, y: number, text: string): SVGTemplateResult {
  const width = Math.max(FONT, text.length * FONT * 0.55);
  return svg`<rect x=${x - 6} y=${y - FONT} width=${width + 12} height=${FONT * 1.4} stroke-width="0" />`;
}

/** The frame around the shape that is selected. */
export function frame(shape: Shape): SVGTemplateResult | typeof nothing {
  const { x, y, width, height } = boxOf(shape.points);
  const wide = shape.kind === "text" ? shape.text.length * FONT * 0.55 : width;
  const [top, high] = shape.kind === "text" ? [y - FONT, FONT * 1.3] : [y, height];
  return svg`<rect class="held" x=${x - AROUND} y=${top - AROUND} width=${wide + 2 * AROUND} height=${high + 2 * AROUND} rx="8" fill="none" />`;
}

/** Where somebody else points at. */
export function pointer({ x, y, name, colour }: Pointer): SVGTemplateResult {
  const width = 18 + name.length * 13;
  return svg`<g class="pointer" style="transform: translate(${x}px, ${y}px)" data-testid="pointer">
    <path d="M0 0 26 20 13 22 6 34z" fill=${colour} />
    <rect x="18" y="26" width=${width} height="28" rx="7" fill=${colour} /><text x="26" y="47">${name}</text>
  </g>`;
}
