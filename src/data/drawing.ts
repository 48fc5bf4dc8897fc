// Pictures must be equal bit for bit on every machine. IEEE 754 defines +, -, *, / and the square root exactly; engines may
// round powers, sines and cosines differently (V8 itself has two results for `x ** 2`), so none of these is used here.
import { invariant } from "../diagnostics/invariant.js";
import type { RgbImage } from "./rgb-image.js";

export type Colour = readonly [red: number, green: number, blue: number];

/** Signed distance from a point to a shape's edge, negative inside; the picture spans 0..1 in both directions, y downwards. */
type Distance = (x: number, y: number) => number;

/** A rectangle around all of a shape. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Further than this from the rectangle, in pixels, every distance is half a pixel or more: nothing is painted. */
  readonly blur: number;
}

export interface Shape {
  readonly distance: Distance;
  readonly box: Box;
}

/** Of shapes without an end. */
export const everywhere: Box = { left: -9, right: 9, top: -9, bottom: 9, blur: 0.5 };

/** A shape and its colour; later layers cover earlier ones. */
export interface Layer {
  readonly shape: Shape;
  readonly colour: Colour;
}

const norm = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Cosine and sine of a small angle by their series; omitted terms are below a double's precision. */
function cosineAndSine(angle: number): { readonly cos: number; readonly sin: number } {
  invariant(Math.abs(angle) <= 1, `${angle} is too large an angle for the series`);
  const square = angle * angle;
  let cos = 0;
  let sin = 0;
  // Horner's rule, from the smallest term: 1 - x²/2 (1 - x²/12 (...)), x (1 - x²/6 (1 - x²/20 (...))).
  for (let k = 20; k >= 2; k -= 2) {
    cos = (1 - cos) * (square / (k * (k - 1)));
    sin = (1 - sin) * (square / (k * (k + 1)));
  }
  return { cos: 1 - cos, sin: angle * (1 - sin) };
}

/** An ellipse with these semi-axes (a good approximation of its distance near the edge). */
export function ellipse(centerX: number, centerY: number, radiusX: number, radiusY: number): Shape {
  const distance: Distance = (x, y) => {
    const dx = x - centerX;
    const dy = y - centerY;
    const scaled = norm(dx / radiusX, dy / radiusY);
    const slope = norm(dx / (radiusX * radiusX), dy / (radiusY * radiusY));
    return slope === 0 ? -Math.min(radiusX, radiusY) : (scaled * (scaled - 1)) / slope;
  };
  const box: Box = {
    left: centerX - radiusX,
    right: centerX + radiusX,
    top: centerY - radiusY,
    bottom: centerY + radiusY,
    // The approximation is at least (scaled - 1) times the smaller radius.
    blur: (0.5 * Math.max(radiusX, radiusY)) / Math.min(radiusX, radiusY),
  };
  return { distance, box };
}

const curveSegments = 10;

/** Beyond this distance nothing is antialiased in pictures of five pixels or more. */
const farFromEdge = 0.1;

/** A stroke with round ends along the quadratic Bezier curve from `a` to `c` with control point `b`. */
export function stroke(
  a: readonly [number, number],
  b: readonly [number, number],
  c: readonly [number, number],
  width: number,
): Shape {
  const points = Array.from({ length: curveSegments + 1 }, (_, i) => {
    const t = i / curveSegments;
    const at = (axis: 0 | 1): number => (1 - t) * (1 - t) * a[axis] + 2 * t * (1 - t) * b[axis] + t * t * c[axis];
    return [at(0), at(1)] as const;
  });
  // Four numbers a segment: its start, and where it leads from there.
  const segments = Float64Array.from(
    points.slice(1).flatMap(([toX, toY], i) => {
      const [fromX, fromY] = points[i] ?? [toX, toY];
      return [fromX, fromY, toX - fromX, toY - fromY];
    }),
  );
  // The curve is inside the bounding box of its three points: far outside the box, a lower bound of the distance is enough.
  const left = Math.min(a[0], b[0], c[0]) - width / 2;
  const right = Math.max(a[0], b[0], c[0]) + width / 2;
  const top = Math.min(a[1], b[1], c[1]) - width / 2;
  const bottom = Math.max(a[1], b[1], c[1]) + width / 2;
  const distance: Distance = (x, y) => {
    const outside = Math.max(left - x, x - right, top - y, y - bottom);
    if (outside > farFromEdge) return outside;
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < segments.length; i += 4) {
      const fromX = segments[i] as number;
      const fromY = segments[i + 1] as number;
      const alongX = segments[i + 2] as number;
      const alongY = segments[i + 3] as number;
      const length = alongX * alongX + alongY * alongY;
      const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - fromX) * alongX + (y - fromY) * alongY) / length));
      const offX = x - fromX - t * alongX;
      const offY = y - fromY - t * alongY;
      nearest = Math.min(nearest, offX * offX + offY * offY);
    }
    return Math.sqrt(nearest) - width / 2;
  };
  return { distance, box: { left, right, top, bottom, blur: 0.5 } };
}

/** The intersection of two shapes. */
export function both(a: Shape, b: Shape): Shape {
  const box: Box = {
    left: Math.max(a.box.left, b.box.left),
    right: Math.min(a.box.right, b.box.right),
    top: Math.max(a.box.top, b.box.top),
    bottom: Math.min(a.box.bottom, b.box.bottom),
    blur: Math.max(a.box.blur, b.box.blur),
  };
  return { distance: (x, y) => Math.max(a.distance(x, y), b.distance(x, y)), box };
}

/** The shape rotated by `angle` (radians, clockwise on screen) about the centre of the picture, then moved. */
export function placed({ distance, box }: Shape, angle: number, moveX: number, moveY: number): Shape {
  const { cos, sin } = cosineAndSine(angle);
  const turned: Distance = (x, y) => {
    const dx = x - moveX - 0.5;
    const dy = y - moveY - 0.5;
    return distance(0.5 + cos * dx + sin * dy, 0.5 - sin * dx + cos * dy);
  };
  return { distance: turned, box: placedBox(box, cos, sin, moveX, moveY) };
}

/** A rectangle around the rotated one; `cos` is positive, because the angle is small. */
function placedBox(
  { left, right, top, bottom, blur }: Box,
  cos: number,
  sin: number,
  moveX: number,
  moveY: number,
): Box {
  const centerX = (left + right) / 2 - 0.5;
  const centerY = (top + bottom) / 2 - 0.5;
  const tilt = Math.abs(sin);
  const halfX = (cos * (right - left) + tilt * (bottom - top)) / 2;
  const halfY = (tilt * (right - left) + cos * (bottom - top)) / 2;
  const x = 0.5 + moveX + cos * centerX - sin * centerY;
  const y = 0.5 + moveY + sin * centerX + cos * centerY;
  return { left: x - halfX, right: x + halfX, top: y - halfY, bottom: y + halfY, blur: blur * (cos + tilt) };
}

/** Paints layers over a background, with edges antialiased over one pixel. */
export function paintLayers(size: number, background: Colour, layers: readonly Layer[]): RgbImage {
  const sums = new Float64Array(size * size * 3);
  const [red, green, blue] = background;
  for (let at = 0; at < sums.length; at += 3) {
    sums[at] = red;
    sums[at + 1] = green;
    sums[at + 2] = blue;
  }
  for (const { shape, colour } of layers) paintLayer(sums, size, shape, colour);
  const pixels = new Uint8Array(sums.length);
  for (let at = 0; at < sums.length; at++) pixels[at] = Math.round(sums[at] as number);
  return { width: size, height: size, pixels };
}

function paintLayer(sums: Float64Array, size: number, { distance, box }: Shape, colour: Colour): void {
  // A pixel more on each side, for what is rounded.
  const first = (edge: number): number => Math.max(0, Math.floor(edge * size - box.blur) - 1);
  const last = (edge: number): number => Math.min(size - 1, Math.ceil(edge * size + box.blur) + 1);
  const [fromColumn, toColumn] = [first(box.left), last(box.right)];
  const toRow = last(box.bottom);
  for (let row = first(box.top); row <= toRow; row++) {
    for (let column = fromColumn; column <= toColumn; column++) {
      const cover = Math.min(1, Math.max(0, 0.5 - distance((column + 0.5) / size, (row + 0.5) / size) * size));
      if (cover === 0) continue;
      const at = (row * size + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const under = sums[at + channel] as number;
        sums[at + channel] = under + ((colour[channel] as number) - under) * cover;
      }
    }
  }
}
