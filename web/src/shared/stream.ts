/** Event streams that stay open. */

export type Handlers = Record<string, (data: never) => void>;

export interface Stream {
  close(): void;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

/**
 * Listens to an event stream. The browser reconnects by itself (with `Last-Event-ID`) when a connection
 * breaks; it gives up when the server answers with an error, as a restarting one does: then this opens a new
 * stream after a pause.
 */
export function openStream(url: string, handlers: Handlers, up: (isUp: boolean) => void = () => {}): Stream {
  let source: EventSource;
  let pause = FIRST_PAUSE;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    source = new EventSource(url);
    source.onopen = () => {
      pause = FIRST_PAUSE;
      up(true);
    };
    source.onerror = () => {
      up(false);
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as never));
    }
  };

  open();
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
