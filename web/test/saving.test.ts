import { beforeEach, describe, expect, test } from "vitest";

import { QUIET_MS, SETTLED_MS, Saving } from "../src/board/saving";

describe("the saved mark", () => {
  let saving: Saving;

  beforeEach(() => {
    saving = new Saving();
    saving.connection(true, 0);
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
    saving.connection(false, 1200);
    expect(saving.state).toBe("offline");
    saving.connection(true, 1300);
    saving.tick(60_000);
    expect(saving.dirty).toBe(true);
  });

  test("what was typed without a line is not covered by what is said before it was sent", () => {
    saving.connection(false, 0);
    saving.edit(1000);
    saving.saved(2000);
    saving.connection(true, 5000);
    saving.saved(5000 + SETTLED_MS - 1);
    expect(saving.state).toBe("saving");
    saving.saved(5000 + SETTLED_MS);
    expect(saving.state).toBe("saved");
  });

  test("when the word was missed with the feed, silence after its return does instead", () => {
    saving.edit(1000);
    saving.resumed(4000);
    saving.tick(4000 + QUIET_MS - 1);
    expect(saving.state).toBe("saving");
    saving.tick(4000 + QUIET_MS);
    expect(saving.state).toBe("saved");
  });
});
