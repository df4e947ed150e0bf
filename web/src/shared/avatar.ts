import { html, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

import { colourOf, initials } from "./colours";

/** A round mark with initials, in the person's colour; decorative, since the name stands beside it. */
export function avatar(person: string, name: string, size = 26): TemplateResult {
  const style = {
    width: `${size}px`,
    height: `${size}px`,
    fontSize: `${size * 0.42}px`,
    background: colourOf(person),
    color: "#fff",
    borderRadius: "50%",
    display: "inline-grid",
    placeItems: "center",
    fontWeight: "600",
    flex: "none",
  };
  return html`<span aria-hidden="true" style=${styleMap(style)}>${initials(name)}</span>`;
}
