/** The parts of a moment, as cards. */

import { html, nothing, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

import { avatar } from "../shared/avatar";
import { colourOf } from "../shared/colours";
import { icon } from "../shared/icons";
import { clockTime, talkTime } from "../shared/time";
import type { AuthoredText, Moment, Spoke } from "../shared/types";

/** A text in the colours of those who wrote it. */
function authored({ text, spans }: AuthoredText, names: Map<string, string>): TemplateResult {
  // Within a <pre>, a line break in the template would be one in the text.
  return html`${spans.map(
    ({ start, end, person }) =>
      html`<span title=${names.get(person) ?? person} style=${styleMap(person ? { color: colourOf(person) } : {})}>${text.slice(start, end)}</span>`,
  )}`;
}

export function board({ board: { text, spans, others }, authors, members }: Moment): TemplateResult {
  const names = new Map([...members, ...authors].map(({ person, name }) => [person, name]));
  const total = authors.reduce((sum, author) => sum + author.characters, 0);
  return html`<section class="card board" aria-labelledby="board">
    <h2 id="board">Board</h2>
    <pre tabindex="0" data-testid="audit-board">${text ? authored({ text, spans }, names) : html`<span class="muted">The board was empty.</span>`}</pre>
    ${total
      ? html`<ul class="authors small" aria-label="Who wrote how much" data-testid="audit-authors">
          ${authors.map(
            ({ person, name, characters }) => html`<li class="row">
              <span class="dot" style=${styleMap({ background: colourOf(person) })}></span>
              ${name} <span class="muted numbers">${characters} characters</span>
            </li>`,
          )}
        </ul>`
      : nothing}
    ${others.map(
      (other) => html`<h3 class="small">${other.part === "code" ? "Code" : "Scratchpad"}</h3>
        <pre tabindex="0" data-testid="audit-${other.part}">${authored(other, names)}</pre>`,
    )}
  </section>`;
}

export function members({ members }: Moment): TemplateResult {
  return html`<section class="card" aria-labelledby="members">
    <h2 id="members">Who was in</h2>
    <ul class="people" data-testid="audit-members">
      ${members.map(
        ({ person, name }) => html`<li class="row" data-testid="audit-member-${person}">${avatar(person, name, 24)} ${name}</li>`,
      )}
    </ul>
    ${members.length ? nothing : html`<p class="small muted">Nobody.</p>`}
  </section>`;
}

export function spoke({ spoke, speaking }: Moment): TemplateResult {
  const most = Math.max(1, ...spoke.map((one) => one.talk_ms));
  return html`<section class="card" aria-labelledby="spoke">
    <h2 id="spoke">Who had spoken</h2>
    <ul class="spoke" data-testid="audit-spoke">
      ${spoke.map((one) => talk(one, most, speaking.includes(one.person)))}
    </ul>
    ${spoke.length ? nothing : html`<p class="small muted">Nobody had spoken yet.</p>`}
  </section>`;
}

function talk({ person, name, talk_ms, turns }: Spoke, most: number, speaking: boolean) {
  const width = { width: `${(100 * talk_ms) / most}%`, background: colourOf(person) };
  return html`<li data-testid="audit-spoke-${person}" data-talk=${talk_ms}>
    <div class="row small">
      <span class="grow">${name} ${speaking ? html`<span class="pill good">${icon("mic", 13)} speaking</span>` : nothing}</span>
      <span class="muted numbers">${talkTime(talk_ms)} · ${turns} ${turns === 1 ? "turn" : "turns"}</span>
    </div>
    <div class="bar"><span style=${styleMap(width)}></span></div>
  </li>`;
}

/** Whose voice was recorded, and who is heard at this moment. */
export function voices(people: { person: string; name: string }[], speaks: (person: string) => boolean): TemplateResult {
  return html`<section class="card" aria-labelledby="voices">
    <h2 id="voices">Voices</h2>
    <ul class="people" data-testid="audit-voices">
      ${people.map(({ person, name }) => {
        const heard = speaks(person);
        return html`<li class="row voice" data-testid="voice-${person}" data-speaking=${heard ? "true" : "false"}>
          ${avatar(person, name, 24)} ${name} ${heard ? html`<span class="pill good">${icon("mic", 13)} speaking</span>` : nothing}
        </li>`;
      })}
    </ul>
    <p class="small muted">Play, and you hear them as they spoke. Whoever agreed to no recording is not heard.</p>
  </section>`;
}

export function facilitator({ facilitator }: Moment): TemplateResult {
  return html`<section class="card" aria-labelledby="facilitator">
    <h2 id="facilitator">What the facilitator had said</h2>
    <ul class="said" tabindex="0" aria-labelledby="facilitator" data-testid="audit-facilitator">
      ${facilitator.map(
        ({ at, text, why, source }) => html`<li class="note">
          <p>${text}</p>
          <p class="small muted"><span class="numbers">${clockTime(at)}</span> · ${source} · Why: ${why}</p>
        </li>`,
      )}
    </ul>
    ${facilitator.length ? nothing : html`<p class="small muted">Nothing yet.</p>`}
  </section>`;
}

export function transcripts({ transcripts }: Moment): TemplateResult | typeof nothing {
  if (!transcripts.length) return nothing;
  return html`<section class="card" aria-labelledby="transcripts">
    <h2 id="transcripts">What had been said, as a program heard it</h2>
    <ul class="said" tabindex="0" aria-labelledby="transcripts" data-testid="audit-transcripts">
      ${transcripts.map(
        ({ started, person, name, text }) => html`<li>
          <p><strong>${name ?? person}</strong> <span class="muted small numbers">${clockTime(new Date(started).toISOString())}</span></p>
          <p class="text">${text}</p>
        </li>`,
      )}
    </ul>
  </section>`;
}

export function messages({ messages }: Moment): TemplateResult {
  return html`<section class="card messages" aria-labelledby="messages">
    <h2 id="messages">Messages</h2>
    <ul class="said" tabindex="0" aria-labelledby="messages" data-testid="audit-messages">
      ${messages.map(
        ({ at, person, name, text }) => html`<li>
          <p><strong>${name ?? person}</strong> <span class="muted small numbers">${clockTime(at)}</span></p>
          <p class="text">${text}</p>
        </li>`,
      )}
    </ul>
    ${messages.length ? nothing : html`<p class="small muted">None yet.</p>`}
  </section>`;
}
