/** Places on a board, as messages are anchored to them: `text@CLIENT:CLOCK`, `code@end`, `shape@ID`. */

import * as Y from "yjs";

import type { Part, TextPart } from "./schema";

export type Target = { part: "shapes"; shape: string } | { part: TextPart; index: number };

/** The place before this character of a text; it moves with the text. */
export function placeAt(part: TextPart, text: Y.Text, index: number): string {
  const { item } = Y.createRelativePositionFromTypeIndex(text, index);
  return item ? `${part}@${item.client}:${item.clock}` : `${part}@end`;
}

export function placeOfShape(shape: string): string {
  return `shape@${shape}`;
}

/** Which part a place is on; null if it is none of ours. */
export function partOf(place: string): Part | null {
  const name = place.split("@", 1)[0];
  if (name === "shape") return "shapes";
  return name === "text" || name === "code" || name === "scratchpad" ? name : null;
}

/** Where a place is now; null if what it was anchored to is gone, or is not known here. */
export function found(place: string, doc: Y.Doc): Target | null {
  const part = partOf(place);
  const what = place.slice(place.indexOf("@") + 1);
  if (part === null) return null;
  if (part === "shapes") return doc.getMap("shapes").has(what) ? { part, shape: what } : null;
  const index = what === "end" ? doc.getText(part).length : indexIn(doc, part, what);
  return index === null ? null : { part, index };
}

function indexIn(doc: Y.Doc, part: TextPart, what: string): number | null {
  const [client, clock] = what.split(":").map(Number);
  if (!Number.isSafeInteger(client) || !Number.isSafeInteger(clock)) return null;
  const text = doc.getText(part); // before the position is looked for: only then it is known to be a text
  if (Y.getState(doc.store, client!) <= clock!) return null;
  const position = Y.createRelativePositionFromJSON({ tname: part, item: { client, clock }, assoc: 0 });
  const place = Y.createAbsolutePositionFromRelativePosition(position, doc);
  return place && place.type === text ? place.index : null;
}
