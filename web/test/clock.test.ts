import { describe, expect, test } from "vitest";

import { orgOf } from "../src/shared/access";
import { ServerClock } from "../src/shared/server-clock";
import { countdown, untilNextSecond } from "../src/shared/time";

/** What an answer says that is written at this instant. */
function date(at: number): string {
  return new Date(at).toUTCString();
}

describe("the server's clock", () => {
  test("until it has been heard, the own one has to do", () => {
    const clock = new ServerClock();
    clock.heard(null, 0, 1);
    clock.heard("soon", 0, 1);
    expect(clock.now(5000)).toBe(5000);
  });

  test.each([-7_300_000, -1234, 0, 61_500])("a clock that is off by %d ms is put right, to about a round trip", (off) => {
    const clock = new ServerClock();
    const start = Date.UTC(2026, 0, 1);
    for (let at = start; at < start + 8000; at += 730) clock.heard(date(at + off), at - 20, at + 20);
    expect(Math.abs(clock.now(start) - start - off)).toBeLessThan(150);
  });

  test("a clock that was set anew is believed", () => {
    const clock = new ServerClock();
    clock.heard(date(10_000), 10_000, 10_040);
    clock.heard(date(500_000), 20_000, 20_040);
    expect(Math.abs(clock.now(20_000) - 500_500)).toBeLessThan(600);
  });
});

test("a countdown ticks when its second is over", () => {
  for (const left of [1, 999, 1000, 1001, 25 * 60_000 - 1, -300]) {
    const later = left - untilNextSecond(left);
    if (left > 0) expect(countdown(later)).not.toBe(countdown(left));
    expect(untilNextSecond(left)).toBeLessThanOrEqual(1005);
  }
});

test("a token names its organisation", () => {
  const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.s`;
  expect([token({ org: "school" }), token({}), "nonsense", ""].map(orgOf)).toEqual(["school", "main", "main", "main"]);
});
