import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { icon } from "../shared/icons";
import { parts } from "../shared/sheets";
import type { Picture } from "./pictures";

/** One camera or screen that is to be seen. */
export interface Tile {
  readonly person: string;
  readonly what: Picture;
  readonly name: string;
  readonly track: MediaStreamTrack;
  /** What one shows oneself: as in a mirror, and without a way to make it large. */
  readonly own: boolean;
}

/** Cameras and screens of the room, one's own among them: a screen is wide, cameras stand in a row. */
@customElement("ly-tiles")
export class Tiles extends LitElement {
  static override styles = [
    parts,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 8px;
      }
      li {
        position: relative;
        overflow: hidden;
        border-radius: var(--ly-radius-small);
        border: 1px solid var(--ly-line);
        background: #0b0e14;
        aspect-ratio: 16 / 9;
        max-height: 180px;
        justify-self: start;
        width: 100%;
        max-width: 320px;
      }
      li.screen {
        grid-column: 1 / -1;
        max-width: none;
        max-height: min(46dvh, 520px);
      }
      li.screen.own {
        max-width: 240px;
        grid-column: auto;
      }
      video {
        width: 100%;
        height: 100%;
        object-fit: contain;
        display: block;
      }
      .camera.own video {
        transform: scaleX(-1);
      }
      .name {
        position: absolute;
        inset: auto auto 6px 6px;
        padding: 1px 8px;
        border-radius: 99px;
        background: #0b0e14cc;
        color: #fff;
        font-size: 0.78rem;
      }
      button {
        position: absolute;
        inset: 6px 6px auto auto;
        min-height: 30px;
        width: 30px;
        padding: 0;
        background: #0b0e14cc;
        color: #fff;
      }
    `,
  ];

  @property({ attribute: false }) tiles: readonly Tile[] = [];

  private readonly streams = new WeakMap<MediaStreamTrack, MediaStream>();

  private streamOf(track: MediaStreamTrack): MediaStream {
    const stream = this.streams.get(track) ?? new MediaStream([track]);
    this.streams.set(track, stream);
    return stream;
  }

  override render() {
    if (this.tiles.length === 0) return nothing;
    const ordered = [...this.tiles].sort((a, b) => Number(b.what === "screen" && !b.own) - Number(a.what === "screen" && !a.own));
    return html`<ul aria-label="Cameras and screens" data-testid="tiles">
      ${repeat(ordered, (tile) => `${tile.person} ${tile.what}`, (tile) => this.tile(tile))}
    </ul>`;
  }

  private tile({ person, what, name, track, own }: Tile) {
    const words = own ? (what === "screen" ? "Your screen" : "You") : what === "screen" ? `${name}: screen` : name;
    return html`<li class="${what} ${own ? "own" : ""}" data-testid="tile-${person}-${what}">
      <video autoplay playsinline .muted=${true} .srcObject=${this.streamOf(track)} aria-label=${words}></video>
      <span class="name">${words}</span>
      ${own ? nothing : html`<button aria-label="Make ${words} large" title="Make it large" @click=${enlarge}>${icon("expand", 15)}</button>`}
    </li>`;
  }
}

function enlarge(event: Event): void {
  const tile = (event.currentTarget as HTMLElement).closest("li")!;
  void (document.fullscreenElement ? document.exitFullscreen() : tile.requestFullscreen()).catch(() => {});
}
