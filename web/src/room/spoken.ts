/** What a room has on beside plain voice: what is said in writing, and the facilitator's own voice. */

import type { Api } from "../shared/api";
import type { Fact } from "../shared/types";

/** Who the facilitator is among those who are heard. */
export const FACILITATOR = "(facilitator)";
export const SPOKEN_FACTS = [
  "turn.transcribed.v1",
  "room.transcripts-set.v1",
  "room.text-to-model-set.v1",
  "room.facilitator-voice-set.v1",
];

export type Setting = "transcripts" | "text-to-model" | "facilitator-voice";

interface Settings {
  readonly transcripts: boolean;
  readonly text_to_model: boolean;
  readonly facilitator_voice: boolean;
}

export interface Caption {
  readonly position: number;
  readonly person: string;
  readonly text: string;
}

/** How many captions stand at a time. */
export const CAPTIONS = 3;
/** How long one stands: longer than it takes to read it. */
const STANDS_MS = 12_000;

/** The captions after one more, the newest last; one that is there already changes nothing. */
export function withCaption(captions: readonly Caption[], fact: Fact): readonly Caption[] {
  if (captions.some((one) => one.position >= fact.position)) return captions;
  const said = { position: fact.position, person: String(fact.event["person"]), text: String(fact.event["text"]) };
  return [...captions, said].slice(-CAPTIONS);
}

export class Spoken {
  transcripts = false;
  textToModel = false;
  facilitatorVoice = false;
  captions: readonly Caption[] = [];

  constructor(
    private readonly api: Api,
    private readonly room: string,
    private readonly changed: () => void,
  ) {}

  async refresh(): Promise<void> {
    const now = await this.api.get<Settings>(`/rooms/${this.room}/spoken`);
    this.transcripts = now.transcripts;
    this.textToModel = now.text_to_model;
    this.facilitatorVoice = now.facilitator_voice;
    this.changed();
  }

  async set(setting: Setting, on: boolean): Promise<void> {
    await this.api.post(`/rooms/${this.room}/${setting}`, { on });
  }

  fact(fact: Fact): void {
    const on = Boolean(fact.event["on"]);
    if (fact.event.type === "room.transcripts-set.v1") this.transcripts = on;
    if (fact.event.type === "room.text-to-model-set.v1") this.textToModel = on;
    if (fact.event.type === "room.facilitator-voice-set.v1") this.facilitatorVoice = on;
    if (!this.transcripts) this.captions = [];
    else if (fact.event.type === "turn.transcribed.v1") this.show(fact);
  }

  private show(fact: Fact): void {
    this.captions = withCaption(this.captions, fact);
    setTimeout(() => {
      this.captions = this.captions.filter((one) => one.position > fact.position);
      this.changed();
    }, STANDS_MS);
  }
}
