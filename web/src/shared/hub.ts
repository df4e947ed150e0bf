/**
 * One connection for all on a page that show the same stream, closed while nobody can see the page: a
 * browser allows few connections to one server, over all its tabs. A stream sends its present state first,
 * so coming back needs nothing else.
 */

import { openStream, type Stream } from "./stream";

type Listener = (data: never) => void;

class Shared {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly last = new Map<string, unknown>();
  private stream: Stream | null = null;

  constructor(
    private readonly url: string,
    private readonly names: readonly string[],
  ) {
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  add(name: string, listener: Listener): void {
    this.of(name).add(listener);
    if (this.last.has(name)) listener(this.last.get(name) as never);
  }

  /** Whether anybody still listens. */
  remove(name: string, listener: Listener): boolean {
    this.of(name).delete(listener);
    return [...this.listeners.values()].some((set) => set.size > 0);
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.look);
    this.stream?.close();
  }

  private of(name: string): Set<Listener> {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set);
    return set;
  }

  private readonly look = () => {
    if (document.hidden) {
      this.stream?.close();
      this.stream = null;
    } else {
      this.stream ??= openStream(this.url, Object.fromEntries(this.names.map((name) => [name, this.pass(name)])));
    }
  };

  private pass(name: string): Listener {
    return (data) => {
      this.last.set(name, data);
      for (const listener of this.of(name)) listener(data);
    };
  }
}

const open = new Map<string, Shared>();

/** Calls `listener` with every event of this name, the present state first; returns how to stop. */
export function listen<T>(url: string, names: readonly string[], name: string, listener: (data: T) => void): () => void {
  const shared = open.get(url) ?? new Shared(url, names);
  open.set(url, shared);
  shared.add(name, listener as Listener);
  return () => {
    if (shared.remove(name, listener as Listener)) return;
    shared.close();
    open.delete(url);
  };
}
