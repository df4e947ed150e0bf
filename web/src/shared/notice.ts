/** Telling the person something: an event that the page turns into a toast. */

import { words } from "./api";

export type Tone = "bad" | "good" | "plain";

export class NoticeEvent extends CustomEvent<{ text: string; tone: Tone }> {}

export function notify(from: EventTarget, text: string, tone: Tone = "plain"): void {
  from.dispatchEvent(new NoticeEvent("ly-notice", { detail: { text, tone }, bubbles: true, composed: true }));
}

/** Runs an action; if it is refused, the person reads why. Returns whether it went well. */
export async function tell(from: EventTarget, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    notify(from, words(error), "bad");
    return false;
  }
}
