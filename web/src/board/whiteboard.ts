import { LitElement, html, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import * as Y from "yjs";

import { colourOf } from "../shared/colours";
import { notify } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { BoardLink } from "./board-link";
import { drawn, frame, pointer } from "./drawing";
import { placeOfShape } from "./places";
import { Pointing, pointersOf, type Pointer } from "./pointers";
import { HEIGHT, LONGEST_TEXT, MOST_SHAPES, WIDTH, fieldsOf, shapesOf, type Kind, type Shape } from "./schema";
import { drawnTo, isDrawn, moved, placed, round, shapeId } from "./shapes";
import { toolbar, type Tool } from "./tools";
import { whiteboardStyles } from "./whiteboard-styles";

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const STEP = 10;

/** The whiteboard: everybody's shapes in everybody's colour. */
@customElement("ly-whiteboard")
export class Whiteboard extends LitElement {
  static override styles = [parts, whiteboardStyles];

  @property({ attribute: false }) link!: BoardLink;
  @state() private tool: Tool = "pen";
  @state() private shapes: Shape[] = [];
  @state() private pointers: Pointer[] = [];
  /** What is being drawn, moved or written, and is not in the document yet. */
  @state() private draft: Shape | null = null;
  @state() private held = "";
  @query("svg.board") private sheet!: SVGSVGElement;
  private pointing!: Pointing;
  private from: { x: number; y: number; points: number[] } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.link.undo("shapes"); // it takes back what is done from here on
    this.pointing = new Pointing(this.link.provider.awareness);
    this.link.shapes.observeDeep(this.changed);
    this.link.provider.awareness.on("change", this.pointed);
    this.changed();
    this.pointed();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.pointing.away();
    this.link.shapes.unobserveDeep(this.changed);
    this.link.provider.awareness.off("change", this.pointed);
  }

  /** Selects a shape and brings it into view. */
  async show(shape: string): Promise<void> {
    this.tool = "select";
    this.hold(shape);
    await this.updateComplete;
    const element = this.renderRoot.querySelector<SVGElement>(`[data-shape="${shape}"]`);
    element?.scrollIntoView({ block: "center", inline: "center" });
    element?.focus();
  }

  private readonly changed = () => {
    this.shapes = shapesOf(this.link.shapes as Y.Map<unknown>);
    if (!this.shapes.some((shape) => shape.id === this.held)) this.held = "";
  };

  private readonly pointed = () => {
    const pointers = pointersOf(this.link.provider.awareness);
    if (pointers.length || this.pointers.length) this.pointers = pointers;
  };

  private hold(shape: string): void {
    this.held = shape;
    if (shape) this.link.place = placeOfShape(shape);
  }

  private begun(kind: Kind, points: number[]): Shape {
    const { person } = this.link.me;
    return { id: shapeId(Date.now()), kind, points, colour: colourOf(person), text: "", by: person };
  }

  private at(event: PointerEvent): [number, number] {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.sheet.getScreenCTM()!.inverse());
    return [round(Math.min(Math.max(x, 0), WIDTH)), round(Math.min(Math.max(y, 0), HEIGHT))];
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary || this.draft?.kind === "text") return;
    const [x, y] = this.at(event);
    if (this.tool === "select") return this.grasp(event, x, y);
    event.preventDefault(); // else the browser takes the focus away from the words that are to be written
    this.hold("");
    this.draft = this.begun(this.tool, this.tool === "text" ? [x, y] : this.tool === "pen" ? [x, y] : [x, y, x, y]);
    if (this.tool === "text") void this.updateComplete.then(() => this.renderRoot.querySelector("input")?.focus());
    else this.sheet.setPointerCapture(event.pointerId);
  }

  /** A finger on a shape moves the shape, and not the page; `touch-action` is not heeded within drawings. */
  private readonly touched = {
    handleEvent: (event: TouchEvent) => {
      const onShape = (event.target as Element).closest("[data-shape]");
      if (this.tool === "select" && onShape && event.cancelable) event.preventDefault();
    },
    passive: false,
  };

  private grasp(event: PointerEvent, x: number, y: number): void {
    const id = (event.target as Element).closest<SVGElement>("[data-shape]")?.dataset["shape"] ?? "";
    const shape = this.shapes.find((one) => one.id === id);
    this.hold(shape ? id : "");
    if (!shape) return;
    this.from = { x, y, points: shape.points };
    this.draft = shape;
    this.sheet.setPointerCapture(event.pointerId);
  }

  private moving(event: PointerEvent): void {
    const [x, y] = this.at(event);
    this.pointing.at(x, y);
    if (!this.draft || !this.sheet.hasPointerCapture(event.pointerId)) return;
    if (this.from) this.draft = { ...this.draft, points: moved(this.from.points, x - this.from.x, y - this.from.y) };
    else this.draft = drawnTo(this.draft, x, y);
  }

  private up(): void {
    const { draft, from } = this;
    if (!draft || draft.kind === "text" && !from) return;
    this.draft = this.from = null;
    if (!from) this.add(draft);
    else if (draft.points !== from.points) this.move(draft.id, draft.points);
  }

  private cancelled(): void {
    this.draft = this.from = null;
  }

  private add(shape: Shape): void {
    if (!isDrawn(shape)) return;
    if (this.shapes.length >= MOST_SHAPES) return notify(this, "This drawing is full: please delete something first.");
    this.link.edit(() => this.link.shapes.set(shape.id, new Y.Map(fieldsOf(shape))));
    this.link.place = placeOfShape(shape.id);
  }

  private move(id: string, points: number[]): void {
    const shape = this.link.shapes.get(id);
    if (shape instanceof Y.Map) this.link.edit(() => shape.set("points", points));
  }

  private discard(): void {
    const { held } = this;
    if (!held) return;
    this.link.edit(() => this.link.shapes.delete(held));
    this.sheet.focus(); // else it is lost with the shape, and the next key with it
  }

  private written(event: Event): void {
    const draft = this.draft;
    this.draft = null;
    if (draft) this.add({ ...draft, text: (event.target as HTMLInputElement).value.trim().slice(0, LONGEST_TEXT) });
  }

  private writing(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Enter") (event.target as HTMLInputElement).blur();
    if (event.key === "Escape") this.cancelled();
  }

  private keyed(event: KeyboardEvent): void {
    const { key } = event;
    const undo = this.link.undo("shapes");
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") event.shiftKey ? undo.redo() : undo.undo();
    else if (key === "Delete" || key === "Backspace") this.discard();
    else if (ARROWS[key] && this.held) this.nudge(ARROWS[key], event.shiftKey ? 1 : STEP);
    else if (key === "Enter" && event.target === this.sheet && this.tool !== "select") this.place(this.tool);
    else if (key === "Escape") this.cancelled(), this.hold("");
    else return;
    event.preventDefault();
  }

  private nudge([dx, dy]: [number, number], step: number): void {
    const shape = this.shapes.find(({ id }) => id === this.held);
    if (shape) this.move(shape.id, moved(shape.points, dx * step, dy * step));
  }

  /** For those who draw without a pointer: in the middle, selected, to be moved by the arrows. */
  private place(kind: Kind): void {
    const shape = this.begun(kind, placed(kind));
    if (kind === "text") {
      this.draft = shape;
      void this.updateComplete.then(() => this.renderRoot.querySelector("input")?.focus());
      return;
    }
    this.add(shape);
    void this.updateComplete.then(() => this.show(shape.id));
  }

  override render() {
    const choose = (tool: Tool) => (this.tool = tool);
    const takeBack = () => this.link.undo("shapes").undo();
    return html`${toolbar(this.tool, choose, takeBack, this.held ? () => this.discard() : null)}
      <div class="sheet" @keydown=${this.keyed}>
        <svg
          class="board"
          viewBox="0 0 ${WIDTH} ${HEIGHT}"
          tabindex="0"
          role="group"
          aria-label="Whiteboard. Enter places a shape, arrows move the selected one, Delete removes it."
          data-testid="whiteboard"
          data-tool=${this.tool}
          @touchstart=${this.touched}
          @pointerdown=${this.down}
          @pointermove=${this.moving}
          @pointerup=${this.up}
          @pointercancel=${this.cancelled}
          @pointerleave=${() => this.pointing.away()}
        >
          ${repeat(this.shown(), ({ id }) => id, (shape) => this.shape(shape))} ${this.input()}
          ${this.pointers.map(pointer)}
        </svg>
      </div>
      ${this.shapes.length || this.draft ? nothing : html`<p class="empty muted">Draw together here.</p>`}`;
  }

  /** The document's shapes, with what is being moved or drawn as it is at this moment. */
  private shown(): Shape[] {
    const { draft, from } = this;
    if (!draft) return this.shapes;
    if (from) return this.shapes.map((shape) => (shape.id === draft.id ? draft : shape));
    return draft.kind === "text" ? this.shapes : [...this.shapes, draft];
  }

  private shape(shape: Shape) {
    const label = shape.kind === "text" ? `Words: ${shape.text}` : shape.kind;
    return svg`<g
      class="shape"
      stroke=${shape.colour}
      tabindex="0"
      role="img"
      aria-label=${label}
      data-shape=${shape.id}
      data-testid="shape"
      data-kind=${shape.kind}
      @focus=${() => this.hold(shape.id)}
    >
      ${shape.id === this.held ? frame(shape) : nothing}${drawn(shape)}
      ${this.tool === "select" ? svg`<g class="grip">${drawn(shape, true)}</g>` : nothing}
    </g>`;
  }

  private input() {
    if (this.draft?.kind !== "text" || this.from) return nothing;
    const [x, y] = this.draft.points;
    return svg`<foreignObject x=${Math.min(x!, WIDTH - 500)} y=${y! - 36} width="480" height="56">
      ${html`<input class="writing" aria-label="Words on the whiteboard" data-testid="whiteboard-words" maxlength=${LONGEST_TEXT}
        @keydown=${this.writing} @blur=${this.written} />`}
    </foreignObject>`;
  }
}
