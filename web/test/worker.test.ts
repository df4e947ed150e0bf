import { describe, expect, test } from "vitest";

import { CACHES, kindOf, outdated } from "../src/offline/policy";

const HERE = "https://school.example";
const FILES = ["/assets/room-1a.js", "/assets/page-2b.css"];

function kind(path: string, mode = "cors", method = "GET", origin = HERE) {
  return kindOf({ method, url: origin + path, mode }, HERE, FILES);
}

describe("what the service worker answers", () => {
  test("the room's page, whatever stands in its address, and the files of its build", () => {
    expect(kind("/room?id=r1&token=t", "navigate")).toBe("page");
    expect(kind("/assets/room-1a.js")).toBe("file");
  });

  test("never the API, feeds, other pages, or other files", () => {
    for (const path of ["/rooms/r1", "/rooms/r1/feed?token=t", "/people/me", "/health", "/room", "/assets/audit-3c.js"]) {
      expect(kind(path)).toBe(null);
    }
    for (const path of ["/", "/audit?id=r1", "/rooms/r1", "/room/"]) expect(kind(path, "navigate")).toBe(null);
    expect(kind("/assets/room-1a.js?token=t")).toBe(null);
    expect(kind("/room", "navigate", "POST")).toBe(null);
    expect(kind("/room", "navigate", "GET", "https://elsewhere.example")).toBe(null);
  });

  test("caches of other builds are outdated, and those of others are not ours", () => {
    expect(outdated([`${CACHES}old`, `${CACHES}new`, "of-the-school"], `${CACHES}new`)).toEqual([`${CACHES}old`]);
  });
});
