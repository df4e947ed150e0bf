/** Messages that belong to places in a text, marked there; the marks move with the text. */

import { Prec, StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, keymap, showTooltip, tooltips } from "@codemirror/view";
import type { DecorationSet, Tooltip } from "@codemirror/view";

import { colourOf, initials } from "../shared/colours";
import { clockTime } from "../shared/time";

/** A message, and where in the text it belongs now. */
export interface Remark {
  /** Its position in the log, by which the conversation knows it. */
  position: number;
  person: string;
  name: string;
  at: string;
  text: string;
  index: number;
}

/** All that was said of one place: of the word from `from` to `to`, or of what was there. */
interface Place {
  from: number;
  to: number;
  remarks: readonly Remark[];
}

interface Marks {
  places: readonly Place[];
  /** Of which place the messages are shown: the position of its first one. */
  open: number | null;
}

/** Marks these, and no others. */
export const put = StateEffect.define<readonly Remark[]>();
const turn = StateEffect.define<number | null>();

/** `lead` goes to a message in the conversation. */
export function remarked(lead: (position: number) => void): Extension {
  const field = StateField.define<Marks>({
    create: () => ({ places: [], open: null }),
    update(marks, { docChanged, changes, selection, effects, state }) {
      let { places, open } = marks;
      if (docChanged) places = places.map((place) => moved(place, changes.mapPos.bind(changes)));
      if (selection) open = null;
      for (const effect of effects) {
        if (effect.is(put)) places = placed(effect.value, state);
        if (effect.is(turn)) open = effect.value === open ? null : effect.value;
      }
      return { places, open };
    },
    provide: (field) => [
      EditorView.decorations.from(field, ({ places, open }) => drawn(places, open)),
      showTooltip.computeN([field], (state) => shown(state.field(field), lead)),
    ],
  });
  const close = (view: EditorView) => {
    if (view.state.field(field).open === null) return false;
    view.dispatch({ effects: turn.of(null) });
    return true;
  };
  const within = tooltips({ tooltipSpace: (view) => inset(view.dom.getBoundingClientRect()) });
  return [field, Prec.high(keymap.of([{ key: "Escape", run: close }])), within, theme];
}

/** What is said of a place is shown upon the editor, and not quite to its edges. */
function inset({ left, top, right, bottom }: DOMRect) {
  const edge = 8;
  return { left: left + edge, top, right: right - edge, bottom: bottom - edge };
}

function placed(remarks: readonly Remark[], state: EditorState): Place[] {
  const places = new Map<number, Remark[]>();
  for (const remark of remarks) {
    const index = Math.min(remark.index, state.doc.length);
    places.set(index, [...(places.get(index) ?? []), remark]);
  }
  const sorted = [...places].sort(([one], [other]) => one - other);
  return sorted.map(([from, remarks]) => ({ from, to: Math.max(from, state.wordAt(from)?.to ?? from), remarks }));
}

/** As the place itself moves: it stands before a character, and ends with the last of its word. */
function moved(place: Place, mapped: (position: number, side: number) => number): Place {
  const from = mapped(place.from, 1);
  return { ...place, from, to: Math.max(from, mapped(place.to, -1)) };
}

function drawn(places: readonly Place[], open: number | null): DecorationSet {
  const ranges = places.flatMap(({ from, to, remarks }) => {
    const pin = Decoration.widget({ widget: new Pin(remarks, remarks[0]!.position === open), side: -1 }).range(from);
    const colour = colourOf(remarks[0]!.person);
    const word = Decoration.mark({ class: "remarked", attributes: { style: `--remark: ${colour}` } });
    return from < to ? [pin, word.range(from, to)] : [pin];
  });
  return Decoration.set(ranges, true);
}

class Pin extends WidgetType {
  constructor(
    private readonly remarks: readonly Remark[],
    private readonly open: boolean,
  ) {
    super();
  }

  override eq(other: Pin): boolean {
    return this.open === other.open && this.said === other.said;
  }

  private get said(): string {
    return this.remarks.map(({ position, name }) => `${position} ${name}`).join();
  }

  override toDOM(view: EditorView): HTMLElement {
    const { person, name, text, position } = this.remarks[0]!;
    const more = this.remarks.length - 1;
    const pin = document.createElement("button");
    pin.className = "remark";
    pin.dataset["testid"] = "remark";
    pin.style.setProperty("--remark", colourOf(person));
    pin.textContent = more ? `${initials(name)} +${more}` : initials(name);
    pin.setAttribute("aria-label", `Message of ${name}: ${text.slice(0, 80)}`);
    pin.setAttribute("aria-expanded", String(this.open));
    pin.addEventListener("mousedown", (event) => event.preventDefault());
    pin.addEventListener("click", () => view.dispatch({ effects: turn.of(position) }));
    return pin;
  }
}

function shown({ places, open }: Marks, lead: (position: number) => void): Tooltip[] {
  const place = places.find(({ remarks }) => remarks[0]!.position === open);
  if (!place) return [];
  const dom = document.createElement("div");
  dom.className = "remarks";
  dom.dataset["testid"] = "remarks";
  dom.append(...place.remarks.map((remark) => bubble(remark, lead)));
  return [{ pos: place.from, above: false, arrow: true, create: () => ({ dom }) }];
}

function bubble({ position, name, at, text }: Remark, lead: (position: number) => void): HTMLElement {
  const article = document.createElement("article");
  const head = document.createElement("p");
  const who = document.createElement("strong");
  const when = document.createElement("time");
  const words = document.createElement("p");
  const button = document.createElement("button");
  who.textContent = name;
  when.textContent = clockTime(at);
  head.append(who, " ", when);
  words.className = "words";
  words.textContent = text;
  button.textContent = "In the conversation";
  button.dataset["testid"] = "remark-lead";
  button.addEventListener("click", () => lead(position));
  article.append(head, words, button);
  return article;
}

const theme = EditorView.theme({
  ".remarked": { borderBottom: "2px solid var(--remark)" },
  ".remark": {
    all: "unset",
    cursor: "pointer",
    display: "inline-block",
    verticalAlign: "0.1em",
    margin: "0 3px 0 1px",
    padding: "0 5px",
    minWidth: "10px",
    height: "18px",
    borderRadius: "9px 9px 9px 2px",
    background: "var(--remark)",
    color: "#fff",
    fontFamily: "var(--ly-font)",
    fontSize: "11px",
    fontWeight: "600",
    lineHeight: "18px",
    textAlign: "center",
  },
  ".remark:focus-visible": { outline: "2px solid var(--ly-accent)", outlineOffset: "2px" },
  ".cm-tooltip.remarks": {
    display: "grid",
    gap: "10px",
    maxWidth: "min(320px, 80vw)",
    maxHeight: "40vh",
    overflowY: "auto",
    padding: "10px 12px",
    border: "1px solid var(--ly-line)",
    borderRadius: "var(--ly-radius-small)",
    background: "var(--ly-raised)",
    boxShadow: "var(--ly-shadow)",
    color: "var(--ly-text)",
    fontFamily: "var(--ly-font)",
    fontSize: "0.9rem",
    lineHeight: "1.4",
  },
  ".remarks p": { margin: "0" },
  ".remarks time": { color: "var(--ly-muted)", fontSize: "0.82rem" },
  ".remarks .words": { overflowWrap: "anywhere", whiteSpace: "pre-wrap" },
  ".remarks button": {
    all: "unset",
    cursor: "pointer",
    padding: "3px 0",
    color: "var(--ly-accent)",
    fontSize: "0.82rem",
    fontWeight: "600",
  },
  ".remarks button:focus-visible": { outline: "2px solid var(--ly-accent)" },
});
