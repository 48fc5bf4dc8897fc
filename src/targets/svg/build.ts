/** A network as one SVG diagram, without a browser or font metrics; the same graph gives the same bytes. */
import type { MacsConvention } from "../../analysis/conventions.js";
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import type { Graph } from "../../ir/graph.js";
import { defaultConvention } from "../../recipe/measures.js";
import { type AtomGraph, atomsOf } from "./atoms.js";
import { type DrawnPage, drawPage } from "./draw-page.js";
import { foldGraph } from "./fold.js";
import type { Fragment } from "./layout/fragment.js";
import { type LevelLayout, levelLayout } from "./layout/level.js";
import { mostTangled } from "./layout/tangle.js";
import { boxCount, isFolded, type Level } from "./scene.js";

/** Diagrams with more boxes are rejected: they are unreadable, and slow in browsers. */
export const mostBoxes = 2000;
/** By default, blocks are opened as long as the diagram stays within this size. */
const comfortable = { boxes: 40, height: 1500 } as const;
/** Screen widths: beyond the first, a diagram should gain from its width; beyond the second it does not fit. */
const screenWidth = 1400;
const widestScreen = 1920;
const screenForm = 1.5;
/** More columns are wider than any screen. */
const mostColumns = 12;
const tallestTried = [8000, 6000, 4500, 3000, 2200, 1700, 1350, 1100, 900, 720, 560];

export interface PictureOptions {
  /** Number of levels of names that are open, or all; by default as many as fit into a moderate size. */
  readonly depth?: number | "all" | undefined;
  /** The convention for macs; by default that of `lferc stats`. */
  readonly convention?: MacsConvention | undefined;
  /** `FILE:LINE:COL` of a span, for tooltips. */
  readonly locate?: ((span: Span) => string) | undefined;
}

export interface Picture extends DrawnPage {
  readonly kind: "picture";
  readonly boxes: number;
  readonly depth: number;
  /** Whether some block is still folded. */
  readonly isFolded: boolean;
}

interface LaidOut {
  readonly level: Level;
  readonly depth: number;
  readonly boxes: number;
  readonly fragment: Fragment;
}

/**
 * The best layout for a screen: low, but each further column must be worth its width; if all are too wide, the one with the
 * best aspect ratio.
 */
function layOutForScreen(layout: LevelLayout, level: Level, whole: Fragment): Fragment {
  const heights = tallestTried.filter((tallest) => tallest < whole.height && tallest * mostColumns > whole.height);
  const tried = [whole, ...heights.map((tallest) => layout.layOut(level, tallest))];
  const fitting = tried.filter(({ width }) => width <= widestScreen);
  const form = ({ width, height }: Fragment): number => Math.abs(Math.log(width / height / screenForm));
  const cost = ({ width, height }: Fragment): number => height + width / 2 + 3 * Math.max(0, width - screenWidth);
  const by = fitting.length > 0 ? cost : form;
  return (fitting.length > 0 ? fitting : tried).reduce((best, other) => (by(other) < by(best) ? other : best));
}

/** The network folded at a depth, with its layout; or a problem if it is too large for that many boxes. */
function layOutAt(atoms: AtomGraph, depth: number, limit = mostBoxes): LaidOut | Problem {
  const { graph } = atoms;
  const level = foldGraph(atoms, depth);
  const boxes = boxCount(level);
  if (boxes > limit) return problem("picture/too-many-boxes", { model: graph.name, boxes, limit, depth });
  const layout = levelLayout(graph);
  const whole = layout.layOut(level, Number.POSITIVE_INFINITY);
  if (layout.tangled() > mostTangled) return problem("picture/too-tangled", { model: graph.name, depth });
  return { level, depth, boxes, fragment: layOutForScreen(layout, level, whole) };
}

/** The deepest level that fits a comfortable size, or the first one. */
function layOutComfortably(atoms: AtomGraph): LaidOut | Problem {
  let best = layOutAt(atoms, 1);
  while (!isProblem(best) && isFolded(best.level)) {
    const deeper = layOutAt(atoms, best.depth + 1, comfortable.boxes);
    if (isProblem(deeper)) break;
    if (deeper.fragment.height > comfortable.height || deeper.fragment.width > screenWidth) break;
    best = deeper;
  }
  return best;
}

/** Draws a network, or says why not: too many boxes at this depth, or macs too many to count. */
export function drawNetwork(
  graph: Graph,
  { depth, convention = defaultConvention, locate }: PictureOptions = {},
): Picture | Problem {
  const atoms = atomsOf(graph, convention);
  if (isProblem(atoms)) return atoms;
  const deepest = atoms.atoms.reduce((most, { path }) => Math.max(most, path.length), 1);
  const laidOut =
    depth === undefined ? layOutComfortably(atoms) : layOutAt(atoms, depth === "all" ? deepest + 1 : depth);
  if (isProblem(laidOut)) return laidOut;
  const { boxes, ...scene } = laidOut;
  const isStillFolded = isFolded(scene.level);
  const drawn = drawPage(atoms, { ...scene, isFolded: isStillFolded }, locate);
  return { kind: "picture", ...drawn, boxes, depth: scene.depth, isFolded: isStillFolded };
}
