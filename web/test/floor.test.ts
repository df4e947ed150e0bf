import { describe, expect, test } from "vitest";

import { FLOOR_FACTS, foldFloor, leadsRoom, rightsOf, told } from "../src/room/floor";
import { fold, refreshed, type KnownRoom } from "../src/room/model";
import type { Fact, Floor, RoomView } from "../src/shared/types";

const QUIET: Floor = { mode: "open", hands: [], speakers: [], muted: [], showing: [] };
const at = "2026-01-01T10:00:00Z";

function happened(...events: [string, string][]): Floor {
  return events.reduce((floor, [type, person]) => foldFloor(floor, { type: `${type}.v1`, person }), QUIET);
}

function stage(floor: Floor): Floor {
  return foldFloor(floor, { type: "floor.mode-set.v1", mode: "stage" });
}

describe("the floor", () => {
  test("hands stand in the order in which they went up, and leaving lowers them", () => {
    const floor = happened(["floor.hand-raised", "ada"], ["floor.hand-raised", "bo"], ["floor.hand-raised", "cy"]);
    expect(foldFloor(floor, { type: "room.left.v1", person: "bo" }).hands).toEqual(["ada", "cy"]);
  });

  test("whoever gets the floor has no hand up and is not muted", () => {
    const floor = happened(["floor.hand-raised", "ada"], ["floor.muted", "ada"], ["floor.given", "ada"], ["floor.given", "ada"]);
    expect(floor).toEqual({ ...QUIET, speakers: ["ada"] });
  });

  test("a mute outlives leaving, the floor does not", () => {
    const floor = happened(["floor.given", "ada"], ["floor.showing-allowed", "ada"], ["floor.muted", "ada"], ["room.left", "ada"]);
    expect(floor).toEqual({ ...QUIET, muted: ["ada"] });
  });

  test("a new mode begins with nobody on the floor", () => {
    expect(stage(happened(["floor.given", "ada"]))).toEqual({ ...QUIET, mode: "stage" });
  });

  test("what has nothing to do with the floor leaves it as it is", () => {
    expect(foldFloor(QUIET, { type: "room.message-sent.v1", person: "ada" })).toBe(QUIET);
  });

  test("the page listens to every event of the floor", () => {
    expect(FLOOR_FACTS).toHaveLength(9);
  });
});

describe("what one may do", () => {
  test("on a stage speak those who lead and whoever has the floor", () => {
    const floor = stage(QUIET);
    expect([rightsOf(floor, "tia", true).speak, rightsOf(floor, "ada", false).speak]).toEqual([true, false]);
    expect(rightsOf({ ...floor, speakers: ["ada"] }, "ada", false).speak).toBe(true);
  });

  test("whoever is muted does not speak, whatever the mode", () => {
    expect(rightsOf({ ...QUIET, muted: ["tia"] }, "tia", true).speak).toBe(false);
  });

  test("the host and tutors lead", () => {
    const view = { host: "hal" } as RoomView;
    expect([leadsRoom(view, "hal", []), leadsRoom(view, "tia", ["tutor"]), leadsRoom(view, "ada", ["student"])]).toEqual([true, true, false]);
  });
});

describe("what one is told", () => {
  const reader = { me: "ada", leads: false, agreed: true, nameOf: (person: string) => person.toUpperCase() };
  const hear = (before: Floor, after: Floor, changes = {}) => told(before, after, { ...reader, ...changes });

  test("that one may speak, and that nobody hears it yet", () => {
    const before = stage(QUIET);
    expect(hear(before, { ...before, speakers: ["ada"] })).toEqual(["You have the floor. Nobody hears you until you unmute."]);
    expect(hear({ ...before, speakers: ["ada"] }, before)).toEqual(["The floor was taken back."]);
    expect(hear({ ...QUIET, muted: ["ada"] }, QUIET)).toEqual(["You may speak again. Nobody hears you until you unmute."]);
    expect(hear(QUIET, { ...QUIET, muted: ["ada"] })).toEqual(["You were muted. Raise your hand if you want to speak."]);
    expect(hear(QUIET, before)).toEqual(["There is a stage now: raise your hand to speak."]);
  });

  test("that whoever did not agree to be heard has to do so first", () => {
    const before = stage(QUIET);
    expect(hear(before, { ...before, speakers: ["ada"] }, { agreed: false })).toEqual(["You have the floor. To be heard, agree to it first."]);
  });

  test("whose hand went up, to who leads alone", () => {
    const after = { ...QUIET, hands: ["ada", "bo"] };
    expect(hear(QUIET, after, { leads: true })).toEqual(["BO raised a hand."]);
    expect(hear(QUIET, after)).toEqual([]);
  });
});

describe("the floor of a room that is fetched again", () => {
  const room = (position: number, floor: Floor) =>
    ({ room: "r", position, floor, members: [], messages: [], interventions: [] }) as unknown as KnownRoom;
  const raised = (position: number): Fact => ({ position, at, actor: "ada", event: { type: "floor.hand-raised.v1", person: "ada" } });

  test("what the feed brought later stays, what is older is replaced", () => {
    const known = fold(room(5, QUIET), raised(7));
    expect(refreshed(known, room(6, QUIET)).floor.hands).toEqual(["ada"]);
    expect(refreshed(known, room(8, QUIET)).floor.hands).toEqual([]);
  });

  test("what the fetched room shows already happens only once", () => {
    expect(fold(room(8, QUIET), raised(7)).floor.hands).toEqual([]);
  });
});
