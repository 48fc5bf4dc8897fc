/** Reads a picture with an independent parser (saxes, which rejects what is not well-formed), and checks its properties. */
import { type SaxesAttributeNS, SaxesParser } from "saxes";
import * as assert from "uvu/assert";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

export function parseXml(xml: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const top: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const plain = Object.entries(attributes as Record<string, SaxesAttributeNS>).map(([key, { value }]) => [
      key,
      value,
    ]);
    const element: Element = { name, attributes: Object.fromEntries(plain), children: [], text: "" };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    for (const element of open) element.text += text;
  });
  parser.on("closetag", () => open.pop());
  parser.write(xml).close();
  assert.is(top.children.length, 1);
  return top.children[0]!;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Point = readonly [number, number];

export interface ReadPicture {
  readonly root: Element;
  readonly page: Rect;
  readonly boxes: readonly { readonly rect: Rect; readonly element: Element }[];
  readonly frames: readonly { readonly rect: Rect; readonly element: Element }[];
  readonly lines: readonly (readonly Point[])[];
  readonly labels: readonly { readonly rect: Rect; readonly text: string }[];
}

const classOf = ({ attributes }: Element): string => attributes.class ?? "";
const number = (element: Element, name: string): number => Number(element.attributes[name]);

function rectOf(element: Element): Rect {
  const [x, y] = [number(element, "x"), number(element, "y")];
  return { left: x, top: y, right: x + number(element, "width"), bottom: y + number(element, "height") };
}

/** Around several sheets of one box: what it takes in all. */
const around = (rects: readonly Rect[]): Rect => ({
  left: Math.min(...rects.map(({ left }) => left)),
  top: Math.min(...rects.map(({ top }) => top)),
  right: Math.max(...rects.map(({ right }) => right)),
  bottom: Math.max(...rects.map(({ bottom }) => bottom)),
});

/** The widest of the usual monospaced fonts; wide characters take two cells. */
const cell = 0.602;

function textRect(element: Element, size: number): Rect {
  const width = [...element.text].length * size * cell;
  const x = number(element, "x");
  const left = classOf(element).includes("end-text") ? x - width : x;
  return {
    left,
    right: left + width,
    top: number(element, "y") - size * 0.8,
    bottom: number(element, "y") + size * 0.2,
  };
}

/** Points along a path of lines and curves, all in absolute coordinates. */
function pointsOf(path: string): readonly Point[] {
  const points: Point[] = [];
  let [x, y] = [0, 0];
  const move = (toX: number, toY: number, at: (t: number) => Point): void => {
    for (let i = 1; i <= 12; i++) points.push(at(i / 12));
    [x, y] = [toX, toY];
  };
  for (const [, command, rest] of path.matchAll(/([MLVCQ])([^MLVCQ]*)/g)) {
    const n = rest!.trim().split(/[ ,]+/).map(Number);
    assert.ok(n.every(Number.isFinite), path);
    const [fromX, fromY] = [x, y];
    if (command === "M") {
      [x, y] = [n[0]!, n[1]!];
      points.push([x, y]);
    } else if (command === "V") move(x, n[0]!, (t) => [fromX, fromY + (n[0]! - fromY) * t]);
    else if (command === "L") move(n[0]!, n[1]!, (t) => [fromX + (n[0]! - fromX) * t, fromY + (n[1]! - fromY) * t]);
    else if (command === "Q") {
      const at = (t: number, a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c;
      move(n[2]!, n[3]!, (t) => [at(t, fromX, n[0]!, n[2]!), at(t, fromY, n[1]!, n[3]!)]);
    } else {
      const at = (t: number, a: number, b: number, c: number, d: number) =>
        (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t ** 2 * (1 - t) * c + t ** 3 * d;
      move(n[4]!, n[5]!, (t) => [at(t, fromX, n[0]!, n[2]!, n[4]!), at(t, fromY, n[1]!, n[3]!, n[5]!)]);
    }
  }
  return points;
}

export function readPicture(svg: string): ReadPicture {
  const root = parseXml(svg);
  const boxes: { rect: Rect; element: Element }[] = [];
  const frames: { rect: Rect; element: Element }[] = [];
  const lines: (readonly Point[])[] = [];
  const labels: { rect: Rect; text: string }[] = [];
  for (const element of root.children) {
    const rects = (name: RegExp) =>
      element.children.filter((child) => child.name === "rect" && name.test(classOf(child)));
    const [own, framed] = [rects(/^box$/), rects(/^frame\d$/)];
    if (own.length > 0) boxes.push({ rect: around(own.map(rectOf)), element });
    if (framed.length > 0) frames.push({ rect: around(framed.map(rectOf)), element });
    if (classOf(element) === "link") lines.push(pointsOf(element.attributes.d!));
    if (classOf(element) === "muted label") labels.push({ rect: textRect(element, 10.5), text: element.text });
  }
  const page = { left: 0, top: 0, right: number(root, "width"), bottom: number(root, "height") };
  return { root, page, boxes, frames, lines, labels };
}

const text = ({ left, top, right, bottom }: Rect): string => `[${left} ${top} ${right} ${bottom}]`;
const overlap = (a: Rect, b: Rect): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const holds = (outer: Rect, inner: Rect): boolean =>
  outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom;
const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.3;

/** Fails unless things do not overlap, lines end at boxes and avoid the others, and texts fit. */
export function assertWellDrawn(svg: string): ReadPicture {
  const picture = readPicture(svg);
  const { page, boxes, frames, lines, labels } = picture;
  for (const { rect } of [...boxes, ...frames, ...labels]) assert.ok(holds(page, rect), `off the page: ${text(rect)}`);
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1))
      assert.not.ok(overlap(a.rect, b.rect), `boxes on each other: ${text(a.rect)} ${text(b.rect)}`);
    for (const b of frames)
      assert.ok(
        holds(b.rect, a.rect) || !overlap(a.rect, b.rect),
        `a box across a frame: ${text(a.rect)} ${text(b.rect)}`,
      );
    for (const label of labels) assert.not.ok(overlap(a.rect, label.rect), `a box on "${label.text}"`);
  });
  frames.forEach((a, i) => {
    for (const b of frames.slice(i + 1))
      assert.ok(holds(a.rect, b.rect) || holds(b.rect, a.rect) || !overlap(a.rect, b.rect), "frames across each other");
  });
  labels.forEach((a, i) => {
    for (const b of labels.slice(i + 1)) assert.not.ok(overlap(a.rect, b.rect), `"${a.text}" on "${b.text}"`);
  });
  const spans = ({ left, right }: Rect, x: number): boolean => left - 0.3 <= x && x <= right + 0.3;
  for (const line of lines) {
    const [first, last] = [line[0]!, line.at(-1)!];
    const starts =
      boxes.some(({ rect }) => near(rect.bottom, first[1]) && spans(rect, first[0])) ||
      frames.some(
        ({ rect }) =>
          spans(rect, first[0]) &&
          (near(rect.bottom, first[1]) || near(rect.top + 26, first[1]) || near(rect.top + 32, first[1])),
      );
    const ends =
      boxes.some(({ rect }) => near(rect.top, last[1]) && spans(rect, last[0])) ||
      frames.some(({ rect }) => spans(rect, last[0]) && (near(rect.top, last[1]) || near(rect.bottom, last[1])));
    assert.ok(starts, `a line from nowhere: ${first.join(" ")}`);
    assert.ok(ends, `a line to nowhere: ${last.join(" ")}`);
    for (const [x, y] of line) {
      const hit = boxes.find(
        ({ rect }) => rect.left + 1 < x && x < rect.right - 1 && rect.top + 1 < y && y < rect.bottom - 1,
      );
      assert.is(hit, undefined, `a line through a box at ${x} ${y}`);
      const label = labels.find(({ rect }) => rect.left < x && x < rect.right && rect.top < y && y < rect.bottom);
      assert.is(label, undefined, `a line through "${label?.text}" at ${x} ${y}`);
    }
  }
  const tips = lines.map((line) => line.at(-1)!).toSorted(([a, b], [c, d]) => b - d || a - c);
  tips.forEach(([x, y], i) => {
    const [nextX, nextY] = tips[i + 1] ?? [-9, -9];
    assert.not.ok(near(y, nextY) && Math.abs(x - nextX) < 2, `two lines end at ${x} ${y}`);
  });
  for (const { rect, element } of boxes) assertTextFits(element, rect);
  for (const { rect, element } of frames) assertTextFits(element, rect);
  return picture;
}

function assertTextFits(element: Element, rect: Rect): void {
  for (const child of element.children) {
    if (child.name === "g") assertTextFits(child, rect);
    if (child.name !== "text") continue;
    const own = textRect(child, classOf(child).includes("small") ? 11 : 12);
    assert.ok(rect.left < own.left && own.right < rect.right, `"${child.text}" does not fit`);
  }
  const texts = element.children
    .filter((child) => child.name === "text")
    .map((child) => ({ child, own: textRect(child, classOf(child).includes("small") ? 11 : 12) }));
  texts.forEach((a, i) => {
    for (const b of texts.slice(i + 1)) assert.not.ok(overlap(a.own, b.own), `"${a.child.text}" on "${b.child.text}"`);
  });
}
