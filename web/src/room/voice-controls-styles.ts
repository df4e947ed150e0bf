import { css } from "lit";

/** One row of small buttons; the microphone shows how loud it is. */
export const controlsStyles = css`
  :host {
    display: inline-flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 6px;
  }
  .pair {
    display: inline-flex;
  }
  .pair button:first-child {
    border-start-end-radius: 0;
    border-end-end-radius: 0;
  }
  .pair button:last-of-type {
    border-start-start-radius: 0;
    border-end-start-radius: 0;
    border-inline-start: 0;
    width: 30px;
  }
  button.small.icon {
    width: 34px;
    padding: 0;
  }
  button.muted-now {
    background: var(--ly-bad-soft);
    color: var(--ly-bad);
    border-color: var(--ly-bad);
  }
  button.live {
    background: var(--ly-good-soft);
    color: var(--ly-good);
    border-color: var(--ly-good);
  }
  button.raised {
    background: var(--ly-warn-soft);
    color: var(--ly-warn);
    border-color: var(--ly-warn);
  }
  .level {
    width: 34px;
    height: 6px;
    border-radius: 99px;
    background: linear-gradient(currentColor, currentColor) left / calc(min(1, var(--level, 0) * 2.5) * 100%) 100% no-repeat,
      color-mix(in srgb, currentColor 22%, transparent);
  }
  #sound {
    inset: 60px 14px auto auto;
    margin: 0;
    width: min(320px, calc(100vw - 28px));
    padding: 16px;
    background: var(--ly-raised);
    color: var(--ly-text);
  }
  .end {
    justify-content: flex-end;
  }
  .trouble {
    color: var(--ly-bad);
  }
  @media (max-width: 720px) {
    button.small {
      min-height: 38px;
    }
    button.small.icon {
      width: 40px;
    }
  }
`;
