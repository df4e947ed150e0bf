/** The parts of a board's document, as `docs/board-schema.md` describes them. */

import type * as Y from "yjs";

export const PARTS = ["text", "code", "shapes", "scratchpad"] as const;
export type Part = (typeof PARTS)[number];
export type TextPart = Exclude<Part, "shapes">;

export const LANGUAGES = ["plain", "javascript", "python"] as const;
export type Language = (typeof LANGUAGES)[number];

export const KINDS = ["pen", "line", "rectangle", "ellipse", "text"] as const;
export type Kind = (typeof KINDS)[number];

export interface Shape {
  id: string;
  kind: Kind;
  /** x, y, x, y, … in units of the whiteboard. */
  points: number[];
  colour: string;
  text: string;
  /** Who says to have drawn it. */
  by: string;
}

export const WIDTH = 1600;
export const HEIGHT = 1000;
export const MOST_SHAPES = 2000;
export const MOST_POINTS = 1000;
export const LONGEST_TEXT = 500;
const VERSION = 1;
const EDGE = 20_000;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The language chosen for the code; "plain" for whatever this page does not know. */
export function languageOf(settings: Y.Map<unknown>): Language {
  const chosen = settings.get("language");
  return LANGUAGES.find((language) => language === chosen) ?? "plain";
}

/** All shapes that are as described, in the order in which they lie on one another. */
export function shapesOf(root: Y.Map<unknown>): Shape[] {
  const ids = [...root.keys()].sort();
  const shapes = ids.map((id) => shapeOf(id, root.get(id))).filter((shape) => shape !== null);
  return shapes.slice(0, MOST_SHAPES);
}

/** A shape, or null for whatever else somebody may have put there. */
export function shapeOf(id: string, value: unknown): Shape | null {
  if (!ID.test(id) || !isMap(value) || value.get("v") !== VERSION) return null;
  const [kind, points, colour] = [value.get("kind"), value.get("points"), value.get("colour")];
  const [text, by] = [value.get("text") ?? "", value.get("by") ?? ""];
  if (!KINDS.some((known) => known === kind) || !arePoints(points)) return null;
  if (typeof colour !== "string" || !/^#[0-9a-f]{6}$/.test(colour)) return null;
  if (typeof text !== "string" || text.length > LONGEST_TEXT || typeof by !== "string") return null;
  return { id, kind: kind as Kind, points, colour, text, by };
}

/** What stands in the document for a shape. */
export function fieldsOf(shape: Shape): [string, unknown][] {
  const { kind, points, colour, text, by } = shape;
  return Object.entries({ v: VERSION, kind, points, colour, by, ...(text ? { text } : {}) });
}

function isMap(value: unknown): value is Y.Map<unknown> {
  return typeof value === "object" && value !== null && "get" in value && "observeDeep" in value && "keys" in value;
}

function arePoints(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length < 2 || value.length % 2 || value.length > 2 * MOST_POINTS) return false;
  return value.every((one) => typeof one === "number" && Math.abs(one) <= EDGE);
}
