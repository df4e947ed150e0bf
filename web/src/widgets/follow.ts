/** Ties a stream to an element's life: open while the element is on the page, closed when it leaves. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

import { Api } from "../shared/api";
import { listen } from "../shared/hub";

type Handlers = Record<string, (data: never) => void>;

export class Follow implements ReactiveController {
  private start: (() => (() => void)[]) | null = null;
  private stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Follows another stream from now on (of `names`, all that it sends); without a token, none. */
  stream(
    from: { base: string; token: string },
    path: string,
    query: Record<string, string>,
    names: readonly string[],
    handlers: Handlers,
  ): void {
    this.hostDisconnected();
    const url = new Api(from.base, from.token).stream(path, query);
    this.start = from.token
      ? () => Object.entries(handlers).map(([name, handle]) => listen(url, names, name, handle))
      : null;
    this.hostConnected();
  }

  hostConnected(): void {
    if (this.stops.length === 0) this.stops = this.start?.() ?? [];
  }

  hostDisconnected(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }
}
