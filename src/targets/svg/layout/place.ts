/** Converts nested fragments to positions on the page, and computes the path of each link. */
import { invariant } from "../../../diagnostics/invariant.js";
import type { ValueId } from "../../../ir/graph.js";
import { headerHeight, liftOf } from "../measure.js";
import type { Item, Level, Link } from "../scene.js";
import { type Box, exitOf, type Fragment, type Run } from "./fragment.js";

export interface PlacedBox {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  /** Number of open blocks around it. */
  readonly depth: number;
}

/** A link's path: straight down through `stops`, with a bend before each stop that is not aligned; or through corners. */
export interface Course {
  readonly link: Link;
  readonly stops: readonly { readonly x: number; readonly top: number; readonly bottom: number }[];
  readonly corners: readonly (readonly [number, number])[] | undefined;
  /** Whether it ends at a box, not at the edge of the block it leaves. */
  readonly hasTip: boolean;
}

export interface Placed {
  readonly boxes: readonly PlacedBox[];
  readonly courses: readonly Course[];
}

/** The frame of a level: positions where its values enter and leave. */
interface Frame {
  readonly top: number;
  readonly bottom: number;
  readonly ports: ReadonlyMap<ValueId, number>;
  readonly exits: ReadonlyMap<ValueId, number>;
}

/** Positions all elements of a network whose outermost fragment has its corner at (x, y). */
export function place(level: Level, fragment: Fragment, x: number, y: number): Placed {
  const boxes: PlacedBox[] = [];
  const courses: Course[] = [];
  placeLevel(level, fragment, { x, y, depth: 0, frame: undefined }, boxes, courses);
  return { boxes, courses };
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly frame: Frame | undefined;
}

function placeLevel(level: Level, fragment: Fragment, spot: Spot, boxes: PlacedBox[], courses: Course[]): void {
  const placed = new Map<Item | "outside", PlacedBox>();
  const runs = new Map<Link, Run[]>();
  const corners = new Map<Link, readonly (readonly [number, number])[]>();
  const visit = (part: Fragment, x: number, y: number): void => {
    for (const each of part.boxes)
      placed.set(each.box.item, { box: each.box, x: x + each.x, y: y + each.y, depth: spot.depth });
    for (const run of part.runs) {
      const moved = { link: run.link, x: x + run.x, top: y + run.top, bottom: y + run.bottom };
      const known = runs.get(run.link);
      if (known === undefined) runs.set(run.link, [moved]);
      else known.push(moved);
    }
    for (const detour of part.detours)
      corners.set(
        detour.link,
        detour.corners.map(([a, b]) => [a + x, b + y] as const),
      );
    for (const inner of part.parts) visit(inner.fragment, x + inner.x, y + inner.y);
  };
  visit(fragment, spot.x, spot.y);
  boxes.push(...placed.values());
  const courseOf = (link: Link): Course => {
    const source = placed.get(link.from);
    const target = placed.get(link.to);
    const inner = (runs.get(link) ?? []).toSorted((a, b) => a.top - b.top);
    const start = source === undefined ? portStop(spot.frame, link) : exitStop(source, link);
    const middle = [start, ...inner];
    const end =
      target === undefined
        ? leaveStop(spot.frame, link)
        : { x: target.x + (target.box.ports?.get(link.value) ?? target.box.entry), top: target.y, bottom: target.y };
    return { link, stops: [...middle, end], corners: corners.get(link), hasTip: target !== undefined };
  };
  courses.push(...withTips(level.links.map(courseOf), placed));
  for (const { box, x, y } of placed.values()) {
    const { inner, item } = box;
    if (inner === undefined || item.inside === undefined) continue;
    const ports = new Map([...(box.ports ?? [])].map(([value, at]) => [value, x + at] as const));
    const exits = new Map(box.exits.map((exit, i) => [item.makesInside[i] ?? exit.value, x + exit.x] as const));
    const frame = { top: y + liftOf(item) + headerHeight, bottom: y + box.height, ports, exits };
    const next = { x: x + inner.x, y: y + inner.y, depth: spot.depth + 1, frame };
    placeLevel(item.inside, inner.fragment, next, boxes, courses);
  }
}

interface Stop {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

function portStop(frame: Frame | undefined, { value }: Link): Stop {
  const x = frame?.ports.get(value);
  invariant(frame !== undefined && x !== undefined, "a value that comes into a block has a port");
  return { x, top: frame.top, bottom: frame.top };
}

function leaveStop(frame: Frame | undefined, { value }: Link): Stop {
  const x = frame?.exits.get(value);
  invariant(frame !== undefined && x !== undefined, "a value that leaves a block has an exit");
  return { x, top: frame.bottom, bottom: frame.bottom };
}

function exitStop({ box, x, y }: PlacedBox, { value }: Link): Stop {
  return { x: x + exitOf(box, value), top: y + box.height, bottom: y + box.height + box.foot };
}

/** Minimum distance between the ends of lines at a box, and from its corners. */
const tipGap = 14;
const cornerGap = 14;

/** Spreads the ends of lines at one box, each towards its origin, within the width of the box. */
function withTips(courses: readonly Course[], placed: ReadonlyMap<Item | "outside", PlacedBox>): readonly Course[] {
  const byTarget = new Map<PlacedBox, Course[]>();
  for (const course of courses) {
    const target = placed.get(course.link.to);
    if (target === undefined || target.box.ports !== undefined || course.corners !== undefined) continue;
    const known = byTarget.get(target);
    if (known === undefined) byTarget.set(target, [course]);
    else known.push(course);
  }
  const ends = new Map<Course, number>();
  for (const [{ box, x }, arriving] of byTarget) {
    const from = (course: Course): number => course.stops.at(-2)?.x ?? x + box.entry;
    const [low, high] = [x + cornerGap, x + box.width - cornerGap];
    const [only, ...more] = arriving.toSorted((a, b) => from(a) - from(b));
    if (only === undefined) continue;
    if (more.length === 0) {
      const isOver = from(only) >= low && from(only) <= high;
      ends.set(only, isOver ? from(only) : x + box.entry);
      continue;
    }
    const all = [only, ...more];
    const gap = Math.min(tipGap, (high - low) / (all.length - 1));
    // From left to right each keeps its distance, then from right to left all are moved back onto the box.
    const at = all.map((course) => Math.min(high, Math.max(low, from(course))));
    for (let i = 1; i < at.length; i++) at[i] = Math.max(at[i] as number, (at[i - 1] as number) + gap);
    for (let i = at.length - 1, most = high; i >= 0; i--, most -= gap) at[i] = Math.min(at[i] as number, most);
    all.forEach((course, i) => {
      ends.set(course, at[i] as number);
    });
  }
  return courses.map((course) => {
    const x = ends.get(course);
    const last = course.stops.at(-1);
    if (x === undefined || last === undefined) return course;
    return { ...course, stops: [...course.stops.slice(0, -1), { ...last, x }] };
  });
}
