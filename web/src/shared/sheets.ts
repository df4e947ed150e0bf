/** The shared style sheets, for the shadow roots. */

import { unsafeCSS, type CSSResult } from "lit";

import partsText from "../styles/parts.css?inline";
import tokensText from "../styles/tokens.css?inline";

export const parts: CSSResult = unsafeCSS(partsText);

/** Only for what is embedded in pages that know nothing of our colours; elsewhere the page sets them. */
export const tokens: CSSResult = unsafeCSS(tokensText);
