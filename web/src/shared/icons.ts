/** Small line drawings, decorative: whoever uses one says in words what it means. */

import { svg, html, type TemplateResult } from "lit";

const SHAPES = {
  mic: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>`,
  micOff: svg`<path d="M9 9V6a3 3 0 0 1 6 0v5M9 9v2a3 3 0 0 0 4.5 2.6M5 11a7 7 0 0 0 10.5 6M19 11a7 7 0 0 1-.6 2.8M12 18v3M4 4l16 16"/>`,
  hand: svg`<path d="M7 12V6.5a1.5 1.5 0 0 1 3 0V11m0-1V4.5a1.5 1.5 0 0 1 3 0V11m0-.5V5.5a1.5 1.5 0 0 1 3 0V12m0-3.5a1.5 1.5 0 0 1 3 0V14a7 7 0 0 1-7 7h-1c-2.500 0-4-1.200-5.200-3.200L3.700 14c-.6-1.200.9-2.300 1.900-1.300L7 14"/>`,
  stage: svg`<path d="M12 3v4M9 7h6l1 5H8zM12 12v4M6 21l2.500-5h7L18 21M4 21h16"/>`,
  camera: svg`<rect x="3" y="6" width="12" height="12" rx="2"/><path d="m15 11 6-3.500v9L15 13z"/>`,
  screen: svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20h8M12 16v4M12 13V8M9.500 10 12 7.500 14.500 10"/>`,
  more: svg`<circle cx="5.500" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="18.500" cy="12" r="1"/>`,
  expand: svg`<path d="M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"/>`,
  phone: svg`<path d="M4 14v-2a8 8 0 0 1 16 0v2"/><rect x="3" y="13" width="4" height="7" rx="2"/><rect x="17" y="13" width="4" height="7" rx="2"/>`,
  send: svg`<path d="M4 12h14M12 5l7 7-7 7"/>`,
  chat: svg`<path d="M4 5h16v11H10l-5 4v-4H4z"/>`,
  board: svg`<rect x="3" y="4" width="18" height="13" rx="2"/><path d="M7 9h7M7 12.5h4M9 21l3-4 3 4"/>`,
  star: svg`<path d="m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8z"/>`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
  exit: svg`<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`,
  play: svg`<path d="M7 4.5v15l12-7.5z"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  record: svg`<circle cx="12" cy="12" r="7" fill="currentColor"/>`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="2"/>`,
  back: svg`<path d="m14 6-6 6 6 6"/>`,
  forward: svg`<path d="m10 6 6 6-6 6"/>`,
  flame: svg`<path d="M12 3c1 4 5 5.5 5 10.5a5 5 0 0 1-10 0C7 11 8.5 10 9 8c1.5.8 2 2 2 3 1.5-2 1.5-5 1-8z"/>`,
  bulb: svg`<path d="M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9c.7.6 1 1.3 1 2.1h5c0-.8.3-1.5 1-2.1A6 6 0 0 0 12 3z"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  spark: svg`<path d="M12 3v5M12 16v5M3 12h5M16 12h5M6 6l3 3M15 15l3 3M18 6l-3 3M9 15l-3 3"/>`,
  close: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  text: svg`<path d="M5 6h14M5 11h14M5 16h9"/>`,
  code: svg`<path d="m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14"/>`,
  pen: svg`<path d="m4 20 1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5"/>`,
  sums: svg`<path d="M4 7h7M7.5 3.5v7M13 7h7M4 17h7M13.5 14l6 6M19.5 14l-6 6"/>`,
  pointer: svg`<path d="m6 3 13 10-6 1 3.5 6-2.5 1.3L10.5 15 6 19z"/>`,
  line: svg`<path d="M5 19 19 5"/>`,
  rectangle: svg`<rect x="4" y="6" width="16" height="12" rx="1.5"/>`,
  ellipse: svg`<ellipse cx="12" cy="12" rx="8.5" ry="6.5"/>`,
  letter: svg`<path d="M5 7V5h14v2M12 5v14M9.5 19h5"/>`,
  undo: svg`<path d="M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4"/>`,
  bin: svg`<path d="M4 7h16M10 4h4M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5"/>`,
  pin: svg`<path d="M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11z"/><circle cx="12" cy="10" r="2.3"/>`,
} as const;

export type IconName = keyof typeof SHAPES;

export function icon(name: IconName, size = 18): TemplateResult {
  return html`<svg width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SHAPES[name]}</svg>`;
}
