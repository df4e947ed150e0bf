/** Shapes on the whiteboard: pure geometry. */

import { freshId } from "../shared/ids";
import { HEIGHT, MOST_POINTS, WIDTH, type Kind, type Shape } from "./schema";

/** A rectangle, in units of the whiteboard. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** So much of every shape stays on the whiteboard, wherever it is moved. */
const EDGES = 20;
/** Below this distance a pen's next point adds nothing that one sees. */
const NEAR = 3;
/** A shape smaller than this was a click, not a drawing. */
const SMALLEST = 6;
export const FONT = 30;

/** An id that comes after those of before: shapes lie on one another in the order of their ids. */
export function shapeId(now: number): string {
  return `${now.toString(36).padStart(9, "0")}-${freshId().slice(0, 12)}`;
}

export function boxOf(points: readonly number[]): Box {
  const [xs, ys] = [points.filter((_, at) => at % 2 === 0), points.filter((_, at) => at % 2 === 1)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** A line through the points, for the `d` of a path. */
export function pathOf(points: readonly number[]): string {
  const pairs: string[] = [];
  for (let at = 0; at < points.length; at += 2) pairs.push(`${points[at]} ${points[at + 1]}`);
  // A dot is a line of no length, with round ends.
  return `M${pairs.length === 1 ? `${pairs[0]}L${pairs[0]}` : pairs.join("L")}`;
}

/** The shape after the pointer has gone on to here. */
export function drawnTo(shape: Shape, x: number, y: number): Shape {
  const points = shape.points;
  if (shape.kind !== "pen") return { ...shape, points: [points[0]!, points[1]!, x, y] };
  const [lastX, lastY] = [points.at(-2)!, points.at(-1)!];
  const far = Math.hypot(x - lastX, y - lastY) >= NEAR;
  return far && points.length < 2 * MOST_POINTS ? { ...shape, points: [...points, x, y] } : shape;
}

/** Whether it is worth keeping. */
export function isDrawn({ kind, points, text }: Shape): boolean {
  if (kind === "pen") return true;
  if (kind === "text") return text.trim() !== "";
  const { width, height } = boxOf(points);
  return Math.max(width, height) >= SMALLEST;
}

/** Its points moved, but no further than to the edge. */
export function moved(points: readonly number[], dx: number, dy: number): number[] {
  const { x, y, width, height } = boxOf(points);
  const right = Math.min(Math.max(dx, EDGES - x - width), WIDTH - EDGES - x);
  const down = Math.min(Math.max(dy, EDGES - y - height), HEIGHT - EDGES - y);
  return points.map((one, at) => round(one + (at % 2 ? down : right)));
}

/** A shape for those who draw without a pointer: in the middle, to be moved. */
export function placed(kind: Kind): number[] {
  const [x, y] = [WIDTH / 2, HEIGHT / 2];
  if (kind === "text") return [x, y];
  return kind === "line" || kind === "pen" ? [x - 120, y, x + 120, y] : [x - 120, y - 80, x + 120, y + 80];
}

/** A tenth of a unit is finer than anybody draws. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
