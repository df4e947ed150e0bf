import "fake-indexeddb/auto";

import { describe, expect, test } from "vitest";
import * as Y from "yjs";

import { Offline, storeName } from "../src/board/offline";

let rooms = 0;

/** A page on the same board as the ones before it. */
function page(name: string): [Y.Doc, Offline] {
  const doc = new Y.Doc();
  return [doc, new Offline(name, doc)];
}

function fresh(): string {
  return storeName("main", "ada", `room-${++rooms}`);
}

describe("what is kept of a board in this browser", () => {
  test("edits outlive the page, and are known to be unsaved", async () => {
    const name = fresh();
    const [doc, kept] = page(name);
    expect(await kept.ready).toBe(false);
    doc.getText("text").insert(0, "without a line");
    kept.mark(true);
    await new Promise((resolve) => setTimeout(resolve));
    doc.destroy();

    const [later, again] = page(name);
    expect(await again.ready).toBe(true);
    expect(later.getText("text").toString()).toBe("without a line");
  });

  test("what is forgotten does not come back", async () => {
    const name = fresh();
    const [doc, kept] = page(name);
    await kept.ready;
    doc.getText("text").insert(0, "refused");
    kept.mark(true);
    await kept.forget();

    const [later, again] = page(name);
    expect(await again.ready).toBe(false);
    expect(later.getText("text").toString()).toBe("");
  });

  test("it is forgotten although another tab has it open", async () => {
    const name = fresh();
    const [[doc, kept], [, other]] = [page(name), page(name)];
    await Promise.all([kept.ready, other.ready]);
    doc.getText("text").insert(0, "refused");
    await kept.forget();
    const [later, again] = page(name);
    await again.ready;
    expect(later.getText("text").toString()).toBe("");
  });

  test.each([[false, ""], [true, "here"]])("when the page goes away, with edits unsaved: %j, there stays %j", async (unsaved, left) => {
    const name = fresh();
    const [doc, kept] = page(name);
    await kept.ready;
    doc.getText("text").insert(0, "here");
    kept.mark(unsaved);
    await new Promise((resolve) => setTimeout(resolve));
    kept.release();
    doc.destroy();
    const [later, again] = page(name);
    expect(await again.ready).toBe(unsaved);
    expect(later.getText("text").toString()).toBe(left);
  });

  test("people and organisations have their own", () => {
    const names = [["main", "ada"], ["main", "ben"], ["other", "ada"]].map(([org, who]) => storeName(org!, who!, "r"));
    expect(new Set(names).size).toBe(3);
  });
});
