// Pictures must be equal bit for bit on every machine. IEEE 754 defines +, -, *, / and the square root exactly; engines may
// round powers, sines and cosines differently (V8 itself has two results for `x ** 2`), so none of these is used here.
import { invariant } from "../diagnostics/invariant.js";
import type { RgbImage } from "./rgb-image.js";

export type Colour = readonly [red: number, green: number, blue: number];

/** Signed distance from a point to a shape's edge, negative inside; the picture spans 0..1 in both directions, y downwards. */
export type Shape = (x: number, y: number) => number;

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
  return (x, y) => {
    const dx = x - centerX;
    const dy = y - centerY;
    const scaled = norm(dx / radiusX, dy / radiusY);
    const slope = norm(dx / (radiusX * radiusX), dy / (radiusY * radiusY));
    return slope === 0 ? -Math.min(radiusX, radiusY) : (scaled * (scaled - 1)) / slope;
  };
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
  // The curve is inside the bounding box of its three points: far outside the box, a lower bound of the distance is enough.
  const left = Math.min(a[0], b[0], c[0]) - width / 2;
  const right = Math.max(a[0], b[0], c[0]) + width / 2;
  const top = Math.min(a[1], b[1], c[1]) - width / 2;
  const bottom = Math.max(a[1], b[1], c[1]) + width / 2;
  return (x, y) => {
    const outside = Math.max(left - x, x - right, top - y, y - bottom);
    if (outside > farFromEdge) return outside;
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < curveSegments; i++) {
      const [fromX, fromY] = points[i] as readonly [number, number];
      const [toX, toY] = points[i + 1] as readonly [number, number];
      const alongX = toX - fromX;
      const alongY = toY - fromY;
      const length = alongX * alongX + alongY * alongY;
      const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - fromX) * alongX + (y - fromY) * alongY) / length));
      const offX = x - fromX - t * alongX;
      const offY = y - fromY - t * alongY;
      nearest = Math.min(nearest, offX * offX + offY * offY);
    }
    return Math.sqrt(nearest) - width / 2;
  };
}

/** The intersection of two shapes. */
export function both(a: Shape, b: Shape): Shape {
  return (x, y) => Math.max(a(x, y), b(x, y));
}

/** Everything below the height `y(x)`. */
export function below(height: (x: number) => number): Shape {
  return (x, y) => height(x) - y;
}

/** The shape rotated by `angle` (radians, clockwise on screen) about the centre of the picture, then moved. */
export function placed(shape: Shape, angle: number, moveX: number, moveY: number): Shape {
  const { cos, sin } = cosineAndSine(angle);
  return (x, y) => {
    const dx = x - moveX - 0.5;
    const dy = y - moveY - 0.5;
    return shape(0.5 + cos * dx + sin * dy, 0.5 - sin * dx + cos * dy);
  };
}

/** Paints layers over a background, with edges antialiased over one pixel. */
export function paintLayers(size: number, background: Colour, layers: readonly Layer[]): RgbImage {
  const pixels = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let [red, green, blue] = background;
      for (const { shape, colour } of layers) {
        const cover = Math.min(1, Math.max(0, 0.5 - shape((column + 0.5) / size, (row + 0.5) / size) * size));
        if (cover === 0) continue;
        red += (colour[0] - red) * cover;
        green += (colour[1] - green) * cover;
        blue += (colour[2] - blue) * cover;
      }
      pixels.set([Math.round(red), Math.round(green), Math.round(blue)], (row * size + column) * 3);
    }
  }
  return { width: size, height: size, pixels };
}
