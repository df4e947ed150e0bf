import { css } from "lit";

export const auditStyles = css`
  main {
    max-width: 1240px;
    margin: 0 auto;
    padding: 18px 16px 40px;
    display: grid;
    gap: 14px;
  }
  main.wide {
    min-height: 70dvh;
    place-content: center;
    text-align: center;
  }
  h1 {
    font-size: 1.4rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 8px 16px;
  }
  .head .grow {
    flex: 1 1 260px;
  }
  .when {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    align-items: baseline;
    font-weight: 600;
  }
  .when .muted {
    font-weight: 400;
  }
  ly-scrubber {
    position: sticky;
    top: 8px;
    z-index: 5;
  }
  .panels {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 14px;
    align-items: start;
  }
  .panels > section {
    padding: 14px 16px;
    display: grid;
    gap: 10px;
  }
  .panels > .board {
    grid-column: span 2;
    grid-row: span 2;
    align-self: stretch;
    align-content: start;
  }
  .panels > .messages {
    grid-column: span 2;
  }
  .panels > .events {
    grid-column: 1 / -1;
  }
  pre {
    margin: 0;
    min-height: 180px;
    max-height: 420px;
    overflow: auto;
    padding: 12px 14px;
    border-radius: var(--ly-radius-small);
    background: var(--ly-sunken);
    font: 14px/1.6 var(--ly-mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .authors {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
  }
  .dot {
    width: 10px;
    height: 10px;
    border-radius: 50%;
  }
  .people {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 14px;
  }
  .voice {
    padding: 2px 8px 2px 2px;
    border-radius: 999px;
  }
  .voice[data-speaking="true"] {
    outline: 2px solid var(--ly-accent);
    background: var(--ly-accent-soft);
  }
  .spoke,
  .said {
    display: grid;
    gap: 10px;
  }
  .spoke li {
    display: grid;
    gap: 4px;
  }
  .said {
    max-height: 300px;
    overflow-y: auto;
  }
  .text {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .note {
    padding: 8px 12px;
    border-left: 4px solid var(--ly-calm);
    border-radius: var(--ly-radius-small);
    background: var(--ly-calm-soft);
  }
  @media (max-width: 900px) {
    .panels {
      grid-template-columns: minmax(0, 1fr);
    }
    .panels > .board,
    .panels > .messages {
      grid-column: auto;
    }
  }
`;
