import { LitElement, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";

import { icon, type IconName } from "../shared/icons";
import { notify } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { LineResult, Message } from "../shared/types";
import type { BoardLink } from "./board-link";
import { boardStyles } from "./board-styles";
import { PartEditor, type Anchored } from "./editors";
import { found, partOf } from "./places";
import { LANGUAGES, PARTS, languageOf, type Language, type Part, type TextPart } from "./schema";
import type { Whiteboard } from "./whiteboard";
import "./whiteboard";

const NAMES: Record<Part, [string, IconName]> = {
  text: ["Text", "text"],
  code: ["Code", "code"],
  shapes: ["Drawing", "pen"],
  scratchpad: ["Scratchpad", "sums"],
};
const LANGUAGE_NAMES: Record<Language, string> = { plain: "Plain text", javascript: "JavaScript", python: "Python" };

/** A wish to be shown a message, by its position in the log. */
export class LeadEvent extends CustomEvent<number> {}

/** The shared board: text, code, drawing and scratchpad, each with everybody in it. */
@customElement("ly-board")
export class Board extends LitElement {
  static override styles = [parts, boardStyles];

  @property({ attribute: false }) link!: BoardLink;
  @property() refused = "";
  @property({ attribute: false }) messages: readonly Message[] = [];
  @property({ attribute: false }) nameOf: (person: string) => string = (person) => person;
  @state() private here: Part = "text";
  /** Colours of the others, by the part that they look at. */
  @state() private others: ReadonlyMap<string, string[]> = new Map();
  @query(".paper") private paper!: HTMLElement;
  @query("ly-whiteboard") private whiteboard!: Whiteboard | null;
  private editor: PartEditor | null = null;
  private watched: BoardLink | null = null;

  /** Goes to a place that a message belongs to. */
  async show(place: string): Promise<void> {
    const target = found(place, this.link.doc);
    if (!target) return notify(this, "That place is not on the board any more.");
    this.here = target.part;
    await this.updateComplete;
    if (target.part === "shapes") await this.whiteboard?.show(target.shape);
    else this.editor?.show(target.index);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("link")) this.watch(this.link);
    if (changed.has("link") || changed.has("here")) {
      this.link.looksAt(this.here);
      this.editor?.destroy();
      this.editor = this.here === "shapes" ? null : this.opened(this.here);
    } else if (!changed.has("messages")) return;
    this.editor?.mark([...this.anchored(this.here)]);
  }

  private *anchored(part: Part): Iterable<Anchored> {
    for (const { position, person, at, text, name, anchor } of this.messages) {
      if (!anchor || partOf(anchor) !== part) continue;
      yield { position, person, at, text, anchor, name: name ?? this.nameOf(person) };
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watch(null);
    this.editor?.destroy();
    this.editor = null;
  }

  private watch(link: BoardLink | null): void {
    this.watched?.provider.awareness.off("change", this.moved);
    this.watched?.settings.unobserve(this.chosen);
    this.watched = link;
    link?.provider.awareness.on("change", this.moved);
    link?.settings.observe(this.chosen);
    if (link) this.moved();
  }

  private opened(part: TextPart): PartEditor {
    return new PartEditor(this.link, part, this.paper, this.renderRoot as ShadowRoot, this.check, this.lead);
  }

  private readonly lead = (position: number) => {
    this.dispatchEvent(new LeadEvent("lead", { detail: position }));
  };

  private readonly check = async (lines: string[]): Promise<LineResult[] | null> => {
    const { api, room } = this.link;
    try {
      return (await api.post<{ results: LineResult[] }>(`/rooms/${room}/scratchpad`, { lines })).results;
    } catch {
      return null; // the results of before stay; the next change asks again
    }
  };

  private readonly moved = () => {
    const others = new Map<string, string[]>();
    for (const [client, state] of this.link.provider.awareness.getStates()) {
      const { part, user } = state as { part?: string; user?: { color?: string } };
      if (client === this.link.doc.clientID || !part || !/^#[0-9a-f]{6}$/.test(user?.color ?? "")) continue;
      others.set(part, [...(others.get(part) ?? []), user!.color!].slice(0, 5));
    }
    if (JSON.stringify([...others]) !== JSON.stringify([...this.others])) this.others = others;
  };

  private readonly chosen = () => this.requestUpdate();

  private choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.link.edit(() => this.link.settings.set("language", value));
  }

  override render() {
    return html`<div class="top">${this.tabs()} ${this.here === "code" ? this.languages() : nothing}</div>
      ${this.refused ? this.refusal() : nothing}
      <div class="paper" id="part" role="tabpanel" aria-label=${NAMES[this.here][0]} data-testid="board" data-part=${this.here}>
        ${this.here === "shapes" ? keyed(this.link, html`<ly-whiteboard .link=${this.link}></ly-whiteboard>`) : nothing}
      </div>`;
  }

  private tabs() {
    return html`<div class="tabs" role="tablist" aria-label="Parts of the board" @keydown=${this.arrows}>
      ${PARTS.map((part) => {
        const [name, picture] = NAMES[part];
        const chosen = part === this.here;
        return html`<button
          role="tab"
          data-testid="part-${part}"
          aria-label=${name}
          aria-controls="part"
          aria-selected=${chosen ? "true" : "false"}
          tabindex=${chosen ? 0 : -1}
          @click=${() => (this.here = part)}
        >
          ${icon(picture, 16)} <span class="word">${name}</span>
          ${this.dots(this.others.get(part) ?? [])}
        </button>`;
      })}
    </div>`;
  }

  private dots(colours: readonly string[]) {
    if (!colours.length) return nothing;
    return html`<span class="dots" aria-hidden="true">${colours.map((colour) => html`<i style="background:${colour}"></i>`)}</span>`;
  }

  private arrows(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = PARTS.indexOf(this.here) + step + PARTS.length;
    this.here = PARTS[at % PARTS.length]!;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  }

  private languages() {
    const chosen = languageOf(this.link.settings);
    return html`<select aria-label="Language of the code" data-testid="code-language" @change=${this.choose}>
      ${LANGUAGES.map((one) => html`<option value=${one} ?selected=${one === chosen}>${LANGUAGE_NAMES[one]}</option>`)}
    </select>`;
  }

  private refusal() {
    return html`<p class="refused row" role="alert" data-testid="board-refused">
      <span class="grow">${this.refused}</span>
      <button class="quiet small" @click=${() => this.link.connect()}>Try again</button>
    </p>`;
  }
}
