/** What is kept of a board in this browser, so that edits made without a line outlive a reload. */

import { IndexeddbPersistence } from "y-indexeddb";
import type * as Y from "yjs";

/** A browser that does not answer within this time does without. */
const PATIENCE_MS = 2000;
const UNSAVED = "unsaved";
/** The object store of y-indexeddb for what others want to keep. */
const MARKS = "custom";

/** One board of one person; nobody else's page opens it. */
export function storeName(org: string, person: string, room: string): string {
  return `lyceum.board.${org}.${person}.${room}`;
}

export class Offline {
  /** What was kept is in the document; whether there were edits in it that the server may not have. */
  readonly ready: Promise<boolean>;
  private readonly store: IndexeddbPersistence | null;

  constructor(name: string, doc: Y.Doc) {
    this.store = typeof indexedDB === "undefined" ? null : new IndexeddbPersistence(name, doc);
    this.ready = this.loaded();
  }

  /** The origin of what comes out of the store. */
  get origin(): unknown {
    return this.store;
  }

  /** Remembers, beyond a reload, whether there are edits that the server may not have. */
  mark(unsaved: boolean): void {
    // A browser that keeps nothing, or no more: the page works all the same.
    this.store?.set(UNSAVED, unsaved ? 1 : 0).catch(() => {});
  }

  /** Nothing is kept any more. Emptied, not deleted: that would wait for every other tab that has it open. */
  async forget(): Promise<void> {
    const { store } = this;
    if (!store) return;
    await Promise.resolve(); // what was marked just now is on its way, and goes as well
    const emptied = store.db ? clear(store.db) : Promise.resolve();
    await Promise.all([emptied, store.destroy()]).catch(() => {});
  }

  /** The page goes away: what the server has need not stay in a browser that others may use, too. */
  release(): void {
    if (this.store?.db) clear(this.store.db, true).catch(() => {});
  }

  private async loaded(): Promise<boolean> {
    if (!this.store) return false;
    const late = pause(PATIENCE_MS).then(() => false);
    const kept = this.store.whenSynced.then(async (store) => (await store.get(UNSAVED)) === 1);
    return Promise.race([kept.catch(() => false), late]);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Empties it; on request only if no tab has marked that there are unsaved edits in it. */
function clear(db: IDBDatabase, unlessUnsaved = false): Promise<void> {
  const stores = [...db.objectStoreNames];
  const change = db.transaction(stores, "readwrite");
  const empty = () => stores.forEach((name) => change.objectStore(name).clear());
  if (unlessUnsaved) {
    const marked: IDBRequest<unknown> = change.objectStore(MARKS).get(UNSAVED);
    marked.onsuccess = () => marked.result === 1 || empty();
  } else empty();
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onerror = change.onabort = () => reject(change.error ?? new Error("What was kept could not be removed."));
  });
}
