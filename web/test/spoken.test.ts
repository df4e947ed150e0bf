import { expect, test } from "vitest";

import { CAPTIONS, withCaption, type Caption } from "../src/room/spoken";

function said(position: number, text = `words ${position}`) {
  return { position, at: "", actor: "voice", event: { type: "turn.transcribed.v1", person: "ada", text } };
}

test("the newest captions stand, each once, in order", () => {
  let captions: readonly Caption[] = [];
  for (const position of [1, 2, 2, 3, 1, 4, 5]) captions = withCaption(captions, said(position));
  expect(captions.map((one) => one.position)).toEqual([3, 4, 5]);
  expect(captions).toHaveLength(CAPTIONS);
  expect(captions.at(-1)).toEqual({ position: 5, person: "ada", text: "words 5" });
});
