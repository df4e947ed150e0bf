/** What the page knows of the room: pure folds over what the server sends, in whatever order it comes. */

import type { Fact, Intervention, Message, RoomView, Timer } from "../shared/types";

/** Two lists of the same kind as one, in order, each position once; `fresh` wins. */
export function union<T extends { position: number }>(known: readonly T[], fresh: readonly T[]): T[] {
  const byPosition = new Map<number, T>();
  for (const one of [...known, ...fresh]) byPosition.set(one.position, one);
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}

/** The room as fetched, with what the feed had already brought beyond that. */
export function refreshed(known: RoomView | null, fetched: RoomView): RoomView {
  if (known === null || known.room !== fetched.room) return fetched;
  const newer = known.position > fetched.position ? known : fetched;
  return {
    ...newer,
    messages: union(known.messages, fetched.messages),
    interventions: union(known.interventions, fetched.interventions),
  };
}

/** Whether a fact can only be shown after fetching the room: it names what the feed does not spell out. */
export function asksForMore(type: string): boolean {
  return ["room.joined.v1", "room.left.v1", "room.closed.v1", "room.problem-posed.v1"].includes(type);
}

/** The room after one fact of the feed. */
export function fold(view: RoomView, fact: Fact): RoomView {
  const next = { ...view, position: Math.max(view.position, fact.position) };
  const { event } = fact;
  switch (event.type) {
    case "room.message-sent.v1":
      return { ...next, messages: union(view.messages, [message(fact)]) };
    case "intervention.delivered.v1":
      return { ...next, interventions: union(view.interventions, [intervention(fact)]) };
    case "room.timer-set.v1":
      return fact.position < view.position ? next : { ...next, timer: timer(fact) };
    case "room.closed.v1":
      return { ...next, closed: true };
    default:
      return asksForMore(event.type) ? view : next;
  }
}

function message({ position, at, event }: Fact): Message {
  return { position, at, person: String(event["person"]), text: String(event["text"]) };
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
