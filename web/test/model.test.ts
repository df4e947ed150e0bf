import { describe, expect, test } from "vitest";

import { fold, refreshed, union } from "../src/room/model";
import type { Fact, RoomView } from "../src/shared/types";

const at = "2026-01-01T10:00:00Z";

function room(changes: Partial<RoomView> = {}): RoomView {
  const floor = { mode: "open" as const, hands: [], speakers: [], muted: [], showing: [] };
  const facilitator = { policy: null, hold_out: 0, mode: "on" as const, tuned: 0, reading: false };
  const nothing = { members: [], messages: [], interventions: [], helps: [], problem: null, timer: null, recording: false, floor, facilitator };
  return { room: "r", title: "Room", host: "h", capacity: 8, closed: false, position: 5, ...nothing, ...changes };
}

function said(position: number, text: string): Fact {
  return { position, at, actor: "ada", event: { type: "room.message-sent.v1", person: "ada", message: "m", text } };
}

function line(position: number, text: string) {
  return { position, at, person: "ada", text };
}

describe("the room as the page knows it", () => {
  test("a message that comes twice is shown once", () => {
    const once = fold(room(), said(6, "hello"));
    expect(fold(once, said(6, "hello")).messages).toEqual([line(6, "hello")]);
  });

  test("messages stand in the order of the log, whatever the order of arrival", () => {
    const view = fold(fold(room(), said(9, "second")), said(7, "first"));
    expect(view.messages.map((message) => message.text)).toEqual(["first", "second"]);
  });

  test("an older answer does not take back what the feed has brought", () => {
    const known = fold(room(), said(8, "new"));
    const view = refreshed(known, room({ position: 7, messages: [line(6, "older")] }));
    expect(view.messages.map((message) => message.text)).toEqual(["older", "new"]);
  });

  test("a newer answer replaces who is in, and keeps earlier messages that it no longer lists", () => {
    const known = room({ messages: [line(1, "long ago")] });
    const members = [{ person: "bo", name: "Bo" }];
    const view = refreshed(known, room({ position: 9, members }));
    expect(view.members).toEqual(members);
    expect(view.messages).toEqual([line(1, "long ago")]);
  });

  test("a message that overtakes a fetch does not make the fetched members look old", () => {
    const overtaken = fold(room(), said(7, "quick"));
    const members = [{ person: "bo", name: "Bo" }];
    const view = refreshed(overtaken, room({ position: 6, members }));
    expect(view.members).toEqual(members);
    expect(view.messages).toEqual([line(7, "quick")]);
  });

  test("an answer that is older than the last one changes nobody's presence", () => {
    const members = [{ person: "bo", name: "Bo" }];
    const known = refreshed(room(), room({ position: 9, members }));
    expect(refreshed(known, room({ position: 8 })).members).toEqual(members);
  });

  test("the timer starts, stops, and ignores what is out of date", () => {
    const set = (position: number, phase: string): Fact => ({
      position, at, actor: "ada", event: { type: "room.timer-set.v1", phase, ends: at },
    });
    const running = fold(room(), set(6, "work"));
    expect(running.timer).toEqual({ phase: "work", ends: at });
    expect(fold(running, set(4, "off")).timer).not.toBeNull();
    expect(refreshed(running, room({ position: 5 })).timer).toEqual({ phase: "work", ends: at });
    expect(refreshed(running, room({ position: 6 })).timer).toBeNull();
    expect(fold(running, set(7, "off")).timer).toBeNull();
  });

  test("a fact of a later version of the server changes nothing", () => {
    const later: Fact = { position: 6, at, actor: "x", event: { type: "room.painted.v3", colour: "blue" } };
    expect(fold(room(), later)).toEqual(room());
  });

  test("an intervention carries its reason", () => {
    const event = { type: "intervention.delivered.v1", intervention: "i", person: "bo", text: "Bo?", why: "2 %", source: "template" };
    const view = fold(room(), { position: 6, at, actor: "facilitator", event });
    expect(view.interventions).toEqual([{ position: 6, at, person: "bo", text: "Bo?", intervention: "i", why: "2 %", source: "template" }]);
  });
});

test("of two versions of one entry the fresh one stays", () => {
  expect(union([line(1, "old")], [line(1, "new")])).toEqual([line(1, "new")]);
});
