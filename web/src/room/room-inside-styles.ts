import { css } from "lit";

/** Three columns where there is room, two on a tablet, one with tabs on a phone. */
export const insideStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: auto auto minmax(0, 1fr);
    height: 100dvh;
    gap: 8px;
    padding: 10px 14px 14px;
    --ly-around: 12px;
  }
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 316px 288px;
    gap: 12px;
    min-height: 0;
  }
  .work {
    display: flex;
    flex-direction: column;
    gap: 10px;
    min-width: 0;
    min-height: 0;
    overflow-y: auto;
  }
  /* Room for the shadows of cards, which a part that scrolls would cut off. */
  .work,
  .progress {
    margin: calc(-1 * var(--ly-around));
    padding: var(--ly-around);
  }
  .work > * {
    flex: none;
  }
  .work ly-board {
    flex: 1 1 220px;
    min-height: 180px;
    overflow: hidden;
  }
  .work ly-board:focus-within {
    border-color: var(--ly-accent);
  }
  .given-up {
    padding: 8px 14px;
    border-radius: var(--ly-radius-small);
    background: var(--ly-warn-soft);
    color: var(--ly-warn);
  }
  .talk {
    min-height: 0;
    overflow: hidden;
  }
  .progress {
    overflow-y: auto;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 12px;
    min-height: 0;
    border-radius: var(--ly-radius);
  }
  .progress > * {
    padding: 14px;
  }
  nav {
    display: none;
  }
  .unread {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--ly-accent-fill);
  }

  @media (max-width: 1080px) {
    :host {
      grid-template-rows: auto auto minmax(0, 1fr) auto;
      padding-bottom: 6px;
    }
    main {
      grid-template-columns: minmax(0, 1fr) 320px;
    }
    main[data-tab="talk"] .progress,
    main[data-tab="board"] .progress,
    main[data-tab="progress"] .talk {
      display: none;
    }
    nav {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      gap: 6px;
    }
    nav button {
      min-height: 48px;
      flex-direction: column;
      gap: 2px;
      font-size: 0.8rem;
      background: none;
      color: var(--ly-muted);
      position: relative;
    }
    nav button[aria-current="true"] {
      background: var(--ly-accent-soft);
      color: var(--ly-accent);
    }
    nav .unread {
      position: absolute;
      top: 6px;
      right: calc(50% - 16px);
    }
  }

  @media (max-width: 720px) {
    :host {
      padding: 8px 8px 4px;
      gap: 6px;
      --ly-around: 6px;
    }
    main {
      grid-template-columns: minmax(0, 1fr);
    }
    main[data-tab="talk"] .work,
    main[data-tab="progress"] .work,
    main[data-tab="board"] .talk {
      display: none;
    }
  }

  @media (min-width: 721px) and (max-width: 1080px) {
    main:not([data-tab="progress"]) + nav .unread {
      display: none;
    }
    nav {
      grid-template-columns: repeat(2, 1fr);
    }
    nav button[data-tab="board"] {
      display: none;
    }
  }
`;
