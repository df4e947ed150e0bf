/** Where the others point at on the whiteboard, through awareness. */

import type { Awareness } from "y-protocols/awareness";

export interface Pointer {
  client: number;
  x: number;
  y: number;
  name: string;
  colour: string;
}

/** Often enough to look alive, seldom enough for a room of eight. */
const EVERY_MS = 60;

/** The pointers of the others that make sense. */
export function pointersOf(awareness: Awareness): Pointer[] {
  const pointers: Pointer[] = [];
  for (const [client, state] of awareness.getStates()) {
    const { pointer, user } = state as { pointer?: unknown; user?: { name?: unknown; color?: unknown } };
    if (client === awareness.clientID || !Array.isArray(pointer)) continue;
    const [x, y] = pointer as unknown[];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const colour = String(user?.color ?? "");
    const name = String(user?.name ?? "").slice(0, 40);
    pointers.push({ client, x: x as number, y: y as number, name, colour: /^#[0-9a-f]{6}$/.test(colour) ? colour : "#566078" });
  }
  return pointers;
}

/** Tells where one points at, the last place always. */
export class Pointing {
  private last = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly awareness: Awareness) {}

  at(x: number, y: number): void {
    clearTimeout(this.timer);
    const wait = Math.max(0, this.last + EVERY_MS - performance.now());
    this.timer = setTimeout(() => this.tell([Math.round(x), Math.round(y)]), wait);
  }

  away(): void {
    clearTimeout(this.timer);
    this.tell(null);
  }

  private tell(pointer: [number, number] | null): void {
    this.last = performance.now();
    if (this.awareness.getLocalState()) this.awareness.setLocalStateField("pointer", pointer);
  }
}
