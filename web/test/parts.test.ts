import { describe, expect, test } from "vitest";
import * as Y from "yjs";

import { found, partOf, placeAt, placeOfShape } from "../src/board/places";
import { asked, said } from "../src/board/results";
import { fieldsOf, languageOf, shapeOf, shapesOf, type Shape } from "../src/board/schema";
import { boxOf, drawnTo, isDrawn, moved, pathOf, shapeId } from "../src/board/shapes";

const LINE: Shape = { id: "s1", kind: "line", points: [0, 0, 10, 5], colour: "#3451d1", text: "", by: "ada" };

function drawing(...shapes: [string, unknown][]): Y.Map<unknown> {
  const root = new Y.Doc().getMap("shapes");
  for (const [id, value] of shapes) root.set(id, value);
  return root;
}

function stored(changes: Record<string, unknown> = {}): Y.Map<unknown> {
  return new Y.Map([...fieldsOf(LINE), ...Object.entries(changes)]);
}

describe("shapes in the document", () => {
  test("what is stored is read as it was drawn, in the order of the ids", () => {
    expect(shapesOf(drawing(["s2", stored()], ["s1", stored()]))).toEqual([LINE, { ...LINE, id: "s2" }]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["a later version", { v: 2 }],
    ["an unknown kind", { kind: "spray" }],
    ["no points", { points: [] }],
    ["half a point", { points: [1, 2, 3] }],
    ["points that are no numbers", { points: [1, Number.NaN] }],
    ["points far away", { points: [1, 1e9] }],
    ["too many points", { points: Array(2002).fill(0) }],
    ["a colour that does more", { colour: "url(https://example.org)" }],
    ["too many words", { text: "x".repeat(501) }],
  ])("%s: the shape is passed over, and no other", (_, wrong) => {
    expect(shapesOf(drawing(["s0", stored(wrong)], ["s1", stored()]))).toEqual([LINE]);
  });

  test("what is no shape at all is passed over", () => {
    expect(["hello", 5, null, new Y.Text("x"), new Y.Array()].map((value) => shapeOf("s1", value))).toEqual(Array(5).fill(null));
    expect(shapesOf(drawing(["an id with spaces", stored()]))).toEqual([]);
  });

  test("a language that this page does not know is plain", () => {
    const settings = new Y.Doc().getMap("code-settings");
    expect(languageOf(settings)).toBe("plain");
    settings.set("language", "python");
    expect(languageOf(settings)).toBe("python");
    settings.set("language", ["python"]);
    expect(languageOf(settings)).toBe("plain");
  });
});

describe("drawing", () => {
  test("a pen leaves out what one cannot see, and ends some time", () => {
    const begun: Shape = { ...LINE, kind: "pen", points: [0, 0] };
    expect(drawnTo(begun, 1, 1)).toBe(begun);
    expect(drawnTo(begun, 3, 4).points).toEqual([0, 0, 3, 4]);
    const full: Shape = { ...begun, points: Array(2000).fill(0) };
    expect(drawnTo(full, 50, 50)).toBe(full);
  });

  test("other shapes reach from where they began to the pointer", () => {
    expect(drawnTo(LINE, 7, 8).points).toEqual([0, 0, 7, 8]);
  });

  test("a click draws no line, but a dot with the pen", () => {
    expect(isDrawn({ ...LINE, points: [5, 5, 6, 6] })).toBe(false);
    expect(isDrawn({ ...LINE, kind: "pen", points: [5, 5] })).toBe(true);
    expect(isDrawn({ ...LINE, kind: "text", text: "  " })).toBe(false);
    expect(pathOf([5, 5])).toBe("M5 5L5 5");
    expect(pathOf([0, 0, 3, 4])).toBe("M0 0L3 4");
  });

  test("whatever is moved stays within reach", () => {
    expect(moved([100, 100, 110, 110], 5, 7)).toEqual([105, 107, 115, 117]);
    expect(boxOf(moved([0, 0, 10, 10], 9999, 9999))).toEqual({ x: 1580, y: 980, width: 10, height: 10 });
    expect(boxOf(moved([0, 0, 10, 10], -9999, -9999))).toEqual({ x: 10, y: 10, width: 10, height: 10 });
  });

  test("what is drawn later lies above", () => {
    const ids = [1_700_000_000_000, 1_700_000_000_001, 1_900_000_000_000].map(shapeId);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id))).toBe(true);
  });
});

describe("places", () => {
  function board(): Y.Doc {
    const doc = new Y.Doc();
    doc.getText("text").insert(0, "one two three");
    return doc;
  }

  test("a place moves with its text, and is found in any copy", () => {
    const [doc, copy] = [board(), new Y.Doc()];
    const place = placeAt("text", doc.getText("text"), 4);
    expect(place).toMatch(/^text@\d+:4$/);
    doc.getText("text").insert(0, "zero ");
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
    expect(found(place, copy)).toEqual({ part: "text", index: 9 });
  });

  test("the end stays the end", () => {
    const doc = board();
    const place = placeAt("text", doc.getText("text"), 13);
    doc.getText("text").insert(13, " four");
    expect([place, found(place, doc)]).toEqual(["text@end", { part: "text", index: 18 }]);
  });

  test("a shape is a place for as long as it is there", () => {
    const doc = board();
    doc.getMap("shapes").set("s1", stored());
    expect(found(placeOfShape("s1"), doc)).toEqual({ part: "shapes", shape: "s1" });
    doc.getMap("shapes").delete("s1");
    expect(found(placeOfShape("s1"), doc)).toBeNull();
  });

  test.each(["text@77:5", "text@", "text@1", "text@x:y", "chat@end", "", "code@1:1"])("%j leads nowhere", (place) => {
    expect(found(place, board())).toBeNull();
  });

  test("a place of one text is none of another", () => {
    const doc = board();
    const place = placeAt("text", doc.getText("text"), 4).replace("text", "code");
    expect([partOf(place), found(place, doc)]).toEqual(["code", null]);
  });
});

describe("the scratchpad", () => {
  test("the server is asked for no more than it takes", () => {
    expect(asked(Array(70).fill("1"))).toHaveLength(60);
    expect(asked(Array(20).fill("1".repeat(500))).map((line) => line.length)).toEqual(Array(10).fill(400));
  });

  test("results in words", () => {
    const result = (kind: Parameters<typeof said>[0]["kind"], text = "", about = "") => said({ kind, text, about });
    expect(result("value", "7/12", "0.583333")).toBe("= 7/12 ≈ 0.583333");
    expect([result("right"), result("wrong"), result("open", "x, y")]).toEqual(["✓ right", "✗ not equal", "depends on x, y"]);
  });
});
