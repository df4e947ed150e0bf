/** What the page knows of the room: pure folds over what the server sends, in whatever order it comes. */

import type { Fact, Intervention, Message, RoomView, Timer } from "../shared/types";
import { foldFloor } from "./floor";

/** The room as last fetched (`position` says as of when), with what the feed has brought since. */
export interface KnownRoom extends RoomView {
  /** Where the timer was set, if the feed said so. */
  timerAt?: number;
  /** The same for the floor. */
  floorAt?: number;
}

/** Two lists of the same kind as one, in order, each position once; `fresh` wins. */
export function union<T extends { position: number }>(known: readonly T[], fresh: readonly T[]): T[] {
  const byPosition = new Map<number, T>();
  for (const one of [...known, ...fresh]) byPosition.set(one.position, one);
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}

/** The room as fetched, with what the feed had already brought beyond that. */
export function refreshed(known: KnownRoom | null, fetched: RoomView): KnownRoom {
  if (known === null) return fetched;
  const newer = known.position > fetched.position ? known : fetched;
  const [timerAt, floorAt] = [known.timerAt ?? 0, known.floorAt ?? 0];
  return {
    ...newer,
    ...(timerAt > newer.position ? { timer: known.timer, timerAt } : {}),
    ...(floorAt > newer.position ? { floor: known.floor, floorAt } : {}),
    closed: known.closed || fetched.closed,
    messages: union(known.messages, fetched.messages),
    interventions: union(known.interventions, fetched.interventions),
  };
}

const FETCHED = [
  "room.joined.v1",
  "room.left.v1",
  "room.closed.v1",
  "room.problem-posed.v1",
  "recording.started.v1",
  "recording.stopped.v1",
  "facilitator.begun.v1",
  "facilitator.mode-set.v1",
  "facilitator.reading-set.v1",
  "help.asked.v1",
  "help.given.v1",
];

/** Whether a fact can only be shown after fetching the room: it names what the feed does not spell out. */
export function asksForMore(type: string): boolean {
  return FETCHED.includes(type);
}

/** The room after one fact of the feed. */
export function fold(view: KnownRoom, fact: Fact): KnownRoom {
  return foldRest(withFloor(view, fact), fact);
}

function withFloor(view: KnownRoom, fact: Fact): KnownRoom {
  if (fact.position <= Math.max(view.position, view.floorAt ?? 0)) return view;
  const floor = foldFloor(view.floor, fact.event);
  return floor === view.floor ? view : { ...view, floor, floorAt: fact.position };
}

function foldRest(view: KnownRoom, fact: Fact): KnownRoom {
  switch (fact.event.type) {
    case "room.message-sent.v1":
      return { ...view, messages: union(view.messages, [message(fact)]) };
    case "intervention.delivered.v1":
      return { ...view, interventions: union(view.interventions, [intervention(fact)]) };
    case "room.timer-set.v1":
      if (fact.position <= Math.max(view.position, view.timerAt ?? 0)) return view;
      return { ...view, timer: timer(fact), timerAt: fact.position };
    case "room.closed.v1":
      return { ...view, closed: true };
    default:
      return view;
  }
}

function message({ position, at, event }: Fact): Message {
  const anchor = event["anchor"];
  const said = { position, at, person: String(event["person"]), text: String(event["text"]) };
  return typeof anchor === "string" ? { ...said, anchor } : said;
}

function intervention(fact: Fact): Intervention {
  const { event } = fact;
  const [why, source] = [String(event["why"]), String(event["source"])];
  return { ...message(fact), intervention: String(event["intervention"]), why, source };
}

function timer({ event }: Fact): Timer | null {
  const phase = event["phase"] as Timer["phase"];
  return phase === "off" ? null : { phase, ends: String(event["ends"]) };
}
