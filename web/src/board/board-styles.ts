import { css } from "lit";

export const boardStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    min-height: 46px;
    padding: 4px 8px 4px 6px;
    border-bottom: 1px solid var(--ly-line);
  }
  .tabs {
    display: flex;
    gap: 2px;
  }
  .tabs button {
    min-height: 36px;
    padding: 6px 12px;
    background: none;
    color: var(--ly-muted);
    font-size: 0.88rem;
  }
  .tabs button[aria-selected="true"] {
    background: var(--ly-accent-soft);
    color: var(--ly-accent);
  }
  .tabs button:focus-visible {
    outline-offset: -2px;
  }
  .dots {
    display: flex;
    gap: 3px;
  }
  .dots i {
    width: 7px;
    height: 7px;
    border-radius: 50%;
  }
  select {
    width: auto;
    min-height: 34px;
    padding: 3px 8px;
    font-size: 0.85rem;
  }
  .refused {
    padding: 8px 14px;
    background: var(--ly-bad-soft);
    color: var(--ly-bad);
  }
  .paper {
    flex: 1;
    min-height: 0;
    overflow: hidden;
    border-radius: 0 0 var(--ly-radius) var(--ly-radius);
  }
  .paper:has(ly-whiteboard) {
    display: grid;
  }
  @media (max-width: 720px) {
    .tabs button {
      min-height: 42px;
      padding: 6px 11px;
    }
    .tabs button:not([aria-selected="true"]) .word {
      display: none;
    }
  }
`;
