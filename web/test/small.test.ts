import { describe, expect, test } from "vitest";

import { neighbour } from "../src/audit/history";
import { colourOf, initials } from "../src/shared/colours";
import { countdown, talkTime } from "../src/shared/time";

describe("times as people read them", () => {
  test("a countdown shows the second that has begun, and never less than zero", () => {
    expect([1, 61_000, 1_500_000, 3_600_000, -5].map(countdown)).toEqual(["0:01", "1:01", "25:00", "1:00:00", "0:00"]);
  });

  test("talk time is in seconds, then in minutes", () => {
    expect([900, 59_000, 125_000].map(talkTime)).toEqual(["1 s", "59 s", "2 min 05 s"]);
  });
});

describe("people's marks", () => {
  test("initials come from the first and the last name, in any script", () => {
    expect(["Ada Lovelace", "bo", "Eli de la Cruz", "  ", "𝒳 y"].map(initials)).toEqual(["AL", "B", "EC", "?", "𝒳Y"]);
  });

  test("a person keeps their colour, and colours differ among people", () => {
    expect(colourOf("ada")).toBe(colourOf("ada"));
    const group = Array.from({ length: 200 }, (_, n) => colourOf(`person-${n}`));
    expect(new Set(group).size).toBe(12);
  });
});

describe("stepping through a history", () => {
  const entries = [3, 8, 12].map((position) => ({ position, at: "", type: "", person: null }));

  test("it goes from event to event, in both directions", () => {
    expect([neighbour(entries, 3, 1), neighbour(entries, 9, 1), neighbour(entries, 9, -1)]).toEqual([8, 12, 8]);
  });

  test("it ends at the ends", () => {
    expect([neighbour(entries, 12, 1), neighbour(entries, 3, -1)]).toEqual([null, null]);
  });
});
