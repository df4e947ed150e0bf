import { css } from "lit";

/** Chips in a row that scrolls; the ring around a face grows with how loud somebody is. */
export const membersStyles = css`
  ul {
    display: flex;
    gap: 7px;
    overflow-x: auto;
    padding: 4px;
    scrollbar-width: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 7px;
    flex: none;
    min-height: 34px;
    padding: 3px 11px 3px 4px;
    border-radius: 99px;
    border: 1px solid var(--ly-line);
    background: var(--ly-surface);
    font-size: 0.88rem;
    transition: box-shadow var(--ly-fast), border-color var(--ly-fast);
  }
  li:has(.more) {
    padding-right: 3px;
  }
  li.speaking {
    border-color: var(--ly-good);
    box-shadow: 0 0 0 2px var(--ly-good);
  }
  .face {
    display: inline-grid;
    border-radius: 50%;
    box-shadow: 0 0 0 calc(min(1, var(--level, 0) * 3) * 4px) color-mix(in srgb, var(--ly-good) 55%, transparent);
    transition: box-shadow 90ms linear;
  }
  .role {
    color: var(--ly-muted);
    font-size: 0.78rem;
  }
  .sign {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    color: var(--ly-muted);
  }
  .speaking .voice {
    color: var(--ly-good);
  }
  .sign.hand {
    color: var(--ly-warn);
    font-weight: 650;
  }
  .sign.bad {
    color: var(--ly-bad);
  }
  .more {
    min-height: 28px;
    width: 28px;
    padding: 0;
    border-radius: 50%;
    border-color: transparent;
  }
  #menu {
    margin: 0;
    inset: auto;
    width: 280px;
    padding: 12px;
    background: var(--ly-raised);
    color: var(--ly-text);
  }
  #menu:popover-open {
    display: grid;
    gap: 6px;
  }
  #menu button {
    justify-content: flex-start;
    text-align: start;
  }
  @media (prefers-reduced-motion: reduce) {
    .face {
      transition: none;
    }
  }
`;
