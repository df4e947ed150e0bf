/** The room's feed: facts and signals, as they happen. */

import type { Api } from "../shared/api";
import { openStream, type Stream } from "../shared/stream";
import type { Fact, Slot } from "../shared/types";
import { FLOOR_FACTS } from "./floor";
import { SPOKEN_FACTS } from "./spoken";

export interface FeedListener {
  /** Connected, or connected again: what happened up to this position may be unknown here. */
  hello(position: number): void;
  fact(fact: Fact): void;
  speakingChanged(person: string, speaking: boolean): void;
  slotsChanged(slots: Slot[]): void;
  /** A node carries voices no longer. */
  nodeGone(node: string): void;
  saved(): void;
  up(isUp: boolean): void;
}

const FACTS = [
  "room.joined.v1",
  "room.left.v1",
  "room.closed.v1",
  "room.message-sent.v1",
  "room.timer-set.v1",
  "room.problem-posed.v1",
  "intervention.delivered.v1",
  "facilitator.begun.v1",
  "facilitator.mode-set.v1",
  "facilitator.tuned.v1",
  "facilitator.reading-set.v1",
  "help.asked.v1",
  "help.given.v1",
  "board.edited.v1",
  "recording.started.v1",
  "recording.stopped.v1",
  ...FLOOR_FACTS,
  ...SPOKEN_FACTS,
];

export function openFeed(api: Api, room: string, listener: FeedListener): Stream {
  const facts = FACTS.map((type) => [type, (fact: Fact) => listener.fact(fact)]);
  return openStream(
    api.stream(`/rooms/${room}/feed`),
    {
      ...Object.fromEntries(facts),
      hello: (data: { position: number }) => listener.hello(data.position),
      speaking: (data: { person: string; speaking: boolean }) => listener.speakingChanged(data.person, data.speaking),
      slots: (data: { slots: Slot[] }) => listener.slotsChanged(data.slots),
      "voice-gone": (data: { node: string }) => listener.nodeGone(data.node),
      saved: () => listener.saved(),
    },
    (isUp) => listener.up(isUp),
  );
}
