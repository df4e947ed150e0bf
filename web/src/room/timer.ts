import { LitElement, css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import { serverClock } from "../shared/server-clock";
import { countdown, untilNextSecond } from "../shared/time";
import type { Phase, Timer } from "../shared/types";

const NAMES: Record<Phase, string> = { work: "Work", break: "Break", off: "" };
const MINUTES = { work: 25, break: 5 } as const;

export class TimerEvent extends CustomEvent<Timer> {}

/** The group's timer: everybody sees it tick, anybody may start and stop it. */
@customElement("ly-timer")
export class RoomTimer extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .time {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        padding: 5px 12px;
        border-radius: 99px;
        background: var(--ly-accent-soft);
        color: var(--ly-accent);
        font-weight: 600;
      }
      .time.break {
        background: var(--ly-good-soft);
        color: var(--ly-good);
      }
      .time.over {
        background: var(--ly-warn-soft);
        color: var(--ly-warn);
      }
      @media (max-width: 720px) {
        .word {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) timer: Timer | null = null;
  @state() private now = serverClock.now();
  private ticking: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.ticking);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("timer")) this.tick();
  }

  /** On the second, so that all who look at it see it change together. */
  private tick(): void {
    clearTimeout(this.ticking);
    this.now = serverClock.now();
    const ends = this.timer ? Date.parse(this.timer.ends) : this.now;
    this.ticking = setTimeout(() => this.tick(), untilNextSecond(ends - this.now));
  }

  private set(phase: Phase): void {
    const minutes = phase === "off" ? 0 : MINUTES[phase];
    const ends = new Date(serverClock.now() + minutes * 60_000).toISOString();
    this.dispatchEvent(new TimerEvent("timer", { detail: { phase, ends } }));
  }

  override render() {
    if (!this.timer || this.timer.phase === "off") return this.idle();
    const { phase, ends } = this.timer;
    const left = Date.parse(ends) - this.now;
    const over = left <= 0;
    return html`<span class="time numbers ${phase} ${over ? "over" : ""}" role="timer" data-testid="timer" data-phase=${phase}
        data-ends=${ends}>
        ${icon("clock", 16)}<span class="word">${NAMES[phase]}</span> ${countdown(left)}
      </span>
      <span class="sr" role="status">${over ? "Time is up" : nothing}</span>
      ${over && phase === "work"
        ? html`<button class="quiet small" data-testid="timer-break" @click=${() => this.set("break")}>Break</button>`
        : nothing}
      <button class="quiet small icon" data-testid="timer-stop" aria-label="Stop the timer" title="Stop the timer"
        @click=${() => this.set("off")}>${icon("stop", 15)}</button>`;
  }

  private idle() {
    return html`<span class="sr" data-testid="timer" data-phase="off">No timer runs</span>
      <button class="quiet small" data-testid="timer-start" aria-label="Start ${MINUTES.work} minutes of work" @click=${() => this.set("work")}>
        ${icon("clock", 16)} <span class="word">Start</span> ${MINUTES.work} min
      </button>`;
  }
}
