/** What people are called, those who have left again included. */

import type { Api } from "../shared/api";
import type { Member, RoomView } from "../shared/types";
import { FACILITATOR } from "./spoken";

export class Names {
  private readonly known = new Map<string, string>();
  private asked = false;

  constructor(
    private readonly api: Api,
    private readonly room: string,
    private readonly changed: () => void,
  ) {}

  of(person: string): string {
    if (person === FACILITATOR) return "The facilitator";
    return this.known.get(person) ?? person;
  }

  learn(view: RoomView): void {
    for (const member of view.members) this.known.set(member.person, member.name);
    const strangers = view.messages.some((message) => !this.known.has(message.person));
    if (strangers && !this.asked) void this.ask();
  }

  private async ask(): Promise<void> {
    this.asked = true;
    try {
      const { people } = await this.api.get<{ people: Member[] }>(`/rooms/${this.room}/participation`);
      for (const one of people) if (!this.known.has(one.person)) this.known.set(one.person, one.name);
      this.changed();
    } catch {
      // An id is still better than no author.
    }
  }
}
