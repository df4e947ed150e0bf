import { css } from "lit";

export const whiteboardStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    min-height: 0;
    position: relative;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 2px;
    padding: 4px 6px;
    overflow-x: auto;
  }
  .tools button {
    flex: none;
    min-height: 38px;
    width: 42px;
    padding: 0;
    background: none;
    color: var(--ly-muted);
  }
  .tools button[aria-pressed="true"] {
    background: var(--ly-accent-soft);
    color: var(--ly-accent);
  }
  .tools button:focus-visible {
    outline-offset: -2px;
  }
  .tools .apart {
    margin-left: auto;
  }
  .sheet {
    overflow: auto;
    min-height: 0;
    background: var(--ly-sunken);
    overscroll-behavior: contain;
  }
  svg.board {
    display: block;
    width: 100%;
    min-width: 640px;
    aspect-ratio: 16 / 10;
    border-bottom: 1px solid var(--ly-line);
    background-color: var(--ly-surface);
    background-image: radial-gradient(var(--ly-line) 1px, transparent 1.2px);
    background-size: 20px 20px;
    touch-action: none;
    cursor: crosshair;
    user-select: none;
  }
  svg.board[data-tool="select"] {
    touch-action: pan-x pan-y;
    cursor: default;
  }
  svg.board:focus-visible {
    outline-offset: -3px;
  }
  .shape {
    fill: none;
    stroke-width: 4;
    stroke-linecap: round;
    stroke-linejoin: round;
    outline: none;
  }
  .shape text {
    stroke: none;
    font: 500 30px var(--ly-font);
  }
  svg.board[data-tool="select"] .shape {
    cursor: move;
  }
  svg.board:not([data-tool="select"]) .shape {
    pointer-events: none;
  }
  /* What a finger or a mouse gets hold of: wider than the line that one sees. */
  .grip {
    stroke: transparent;
    stroke-width: 28;
    pointer-events: all;
  }
  .held {
    stroke: var(--ly-accent);
    stroke-width: 2;
    stroke-dasharray: 8 6;
    pointer-events: none;
  }
  .pointer {
    pointer-events: none;
    transition: transform 90ms linear;
  }
  .pointer text {
    font: 600 20px var(--ly-font);
    fill: #fff;
  }
  foreignObject {
    overflow: visible;
  }
  input.writing {
    width: 480px;
    height: 52px;
    min-height: 0;
    padding: 0 8px;
    font: 500 30px var(--ly-font);
    border: 2px solid var(--ly-accent);
  }
  .empty {
    position: absolute;
    inset: 60px 0 auto;
    margin: 0;
    text-align: center;
    pointer-events: none;
  }
`;
