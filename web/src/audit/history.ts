/** A room's past: one moment at a time, and the list of what happened. */

import { Refusal, type Api } from "../shared/api";
import type { Moment, TimelineEntry } from "../shared/types";

const PAGE = 200;

interface Page {
  entries: TimelineEntry[];
  next: number | null;
}

/** What whoever was in the room before may see of its past: the board alone. */
type Board = Pick<Moment, "room" | "position" | "time" | "first" | "last" | "board" | "authors">;

const UNSEEN = { members: [], spoke: [], speaking: [], messages: [], facilitator: [], transcripts: [] };

export class History {
  entries: TimelineEntry[] = [];
  /** Whether the board is all that is shown: to those who may not audit. */
  boardOnly = false;
  private title = "";
  private next: number | null = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly api: Api,
    readonly room: string,
  ) {}

  /** The room at a position or an instant (the latest if none); null if a later question overtook this one. */
  async at(position?: number | string): Promise<Moment | null> {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    try {
      return await this.ask({ at: position }, asking.signal);
    } catch (error) {
      if (asking.signal.aborted) return null;
      throw error;
    }
  }

  private async ask(query: { at: number | string | undefined }, signal: AbortSignal): Promise<Moment> {
    if (!this.boardOnly) {
      try {
        return await this.api.get<Moment>(`/audit/rooms/${this.room}`, query, signal);
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== "only-for-auditors") throw error;
        this.boardOnly = true;
        this.next = null;
        this.title = (await this.api.get<{ title: string }>(`/rooms/${this.room}`)).title;
      }
    }
    const found = await this.api.get<Board>(`/rooms/${this.room}/board`, query, signal);
    return { ...found, ...UNSEEN, title: this.title };
  }

  get complete(): boolean {
    return this.next === null;
  }

  /** Fetches the next page of the list. */
  async more(): Promise<void> {
    if (this.next === null) return;
    const query = { after: this.next || undefined, limit: PAGE };
    const page = await this.api.get<Page>(`/audit/rooms/${this.room}/timeline`, query);
    this.entries = [...this.entries, ...page.entries];
    this.next = page.next;
  }
}

/** The nearest thing that happened before (-1) or after (1) a position. */
export function neighbour(entries: readonly TimelineEntry[], position: number, step: -1 | 1): number | null {
  const found =
    step > 0
      ? entries.find((entry) => entry.position > position)
      : entries.findLast((entry) => entry.position < position);
  return found?.position ?? null;
}
