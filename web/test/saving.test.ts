import { beforeEach, describe, expect, test } from "vitest";

import { QUIET_MS, SETTLED_MS, Saving } from "../src/room/saving";

describe("the saved mark", () => {
  let saving: Saving;

  beforeEach(() => {
    saving = new Saving();
    saving.connection(true);
  });

  test("a board that nobody touched is saved", () => {
    expect(saving.state).toBe("saved");
  });

  test("an edit is unsaved until the server says otherwise", () => {
    saving.edit(0);
    saving.tick(60_000);
    expect(saving.state).toBe("saving");
    saving.saved(60_001);
    expect(saving.state).toBe("saved");
  });

  test("word of an earlier gathering does not cover an edit made just now", () => {
    saving.edit(1000);
    saving.saved(1000 + SETTLED_MS - 1);
    expect(saving.state).toBe("saving");
  });

  test("when nothing else follows, that word did cover it", () => {
    saving.edit(1000);
    saving.saved(1100);
    saving.tick(1100 + QUIET_MS);
    expect(saving.state).toBe("saved");
  });

  test("an edit after the word waits for the next one", () => {
    saving.edit(1000);
    saving.saved(1100);
    saving.edit(1200);
    saving.tick(1100 + QUIET_MS);
    expect(saving.state).toBe("saving");
  });

  test("a word heard before the line broke proves nothing afterwards", () => {
    saving.edit(1000);
    saving.saved(1100);
    saving.connection(false);
    expect(saving.state).toBe("offline");
    saving.connection(true);
    saving.tick(60_000);
    expect(saving.dirty).toBe(true);
  });
});
