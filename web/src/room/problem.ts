import { LitElement, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Api } from "../shared/api";
import { icon } from "../shared/icons";
import { freshId } from "../shared/ids";
import { tell } from "../shared/notice";
import { parts } from "../shared/sheets";
import { zone } from "../shared/time";
import type { AnswerResult, Hint, Problem } from "../shared/types";
import { skillName } from "./mastery";
import { problemStyles } from "./problem-styles";

/** The problem that the room works on; each answers for themselves. */
@customElement("ly-problem")
export class ProblemCard extends LitElement {
  static override styles = [parts, problemStyles];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  @property({ attribute: false }) problem!: Problem;
  @state() private given = "";
  @state() private result: AnswerResult | null = null;
  @state() private hints: string[] = [];
  @state() private busy = false;
  private shownAt = 0;
  private answer = freshId();

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("problem");
    if (!changed.has("problem") || before?.problem === this.problem.problem) return;
    [this.given, this.result, this.hints] = ["", null, []];
    this.shownAt = performance.now();
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.given.trim() || this.busy) return;
    this.busy = true;
    this.result = null;
    const elapsed = Math.min(86_400_000, Math.round(performance.now() - this.shownAt));
    const { problem } = this.problem;
    const body = { answer: this.answer, problem, given: this.given, zone: zone(), room: this.room, elapsed };
    await tell(this, async () => {
      this.result = await this.api.post<AnswerResult>("/answers", body);
      this.answer = freshId();
    });
    this.busy = false;
  }

  private async hint(): Promise<void> {
    this.busy = true;
    const body = { problem: this.problem.problem, room: this.room };
    await tell(this, async () => {
      const { hint } = await this.api.post<Hint>("/hints", body);
      this.hints = [...this.hints, hint];
    });
    this.busy = false;
  }

  override render() {
    const { prompt, skill, hints, choices } = this.problem;
    return html`<section class="card" aria-labelledby="prompt" data-testid="problem" data-problem=${this.problem.problem}>
      <span class="pill">${skillName(skill)}</span>
      <p class="prompt" id="prompt" data-testid="problem-prompt">${prompt}</p>
      <form @submit=${this.submit}>
        ${choices.length ? this.choices(choices) : this.input()}
        <button data-testid="answer-submit" ?disabled=${this.busy || !this.given.trim()}>Answer</button>
        ${hints > this.hints.length
          ? html`<button type="button" class="quiet" data-testid="hint-button" ?disabled=${this.busy} @click=${this.hint}>
              ${icon("bulb", 16)} Hint
            </button>`
          : nothing}
        <span role="status" class="result">${this.outcome()}</span>
      </form>
      ${this.hints.length ? html`<ul class="hints" aria-live="polite">${this.hints.map(oneHint)}</ul>` : nothing}
    </section>`;
  }

  private input() {
    return html`<input
      class="answer"
      data-testid="answer-input"
      aria-label="Your answer"
      placeholder="Your answer"
      maxlength="500"
      autocomplete="off"
      .value=${this.given}
      @input=${(event: Event) => (this.given = (event.target as HTMLInputElement).value)}
    />`;
  }

  private choices(choices: string[]) {
    return html`<fieldset data-testid="answer-choices">
      <legend class="sr">Your answer</legend>
      ${choices.map(
        (choice, index) => html`<label>
          <input
            type="radio"
            name="given"
            data-testid="answer-choice-${index}"
            .checked=${this.given === choice}
            @change=${() => (this.given = choice)}
          />
          ${choice}
        </label>`,
      )}
    </fieldset>`;
  }

  private outcome() {
    if (!this.result) return nothing;
    const { correct, xp } = this.result;
    const earned = xp > 0 ? ` +${xp} XP` : "";
    return html`<span class="pill ${correct ? "good" : "warn"}" data-testid="answer-result" data-correct=${correct} data-xp=${xp}>
      ${correct ? html`${icon("check", 15)} Right!${earned}` : html`Not yet${earned ? `,${earned}` : ""}. Have another go.`}
    </span>`;
  }
}

function oneHint(text: string) {
  return html`<li data-testid="hint">${icon("bulb", 15)}<span>${text}</span></li>`;
}
