/** Draws the page around the network: title, totals, legend, colours. */
import { grouped, short } from "../../diagnostics/number-text.js";
import { xmlText } from "../../diagnostics/xml-text.js";
import type { ValueId } from "../../ir/graph.js";
import type { Atom, AtomGraph, Cost } from "./atoms.js";
import { drawBox, drawLabels, drawLink, markOf, type Page, rect, text } from "./draw-box.js";
import { clipped, type NoteContext, valueLabel } from "./labels.js";
import type { Fragment } from "./layout/fragment.js";
import { type Placed, place } from "./layout/place.js";
import { textSizes, textWidth } from "./measure.js";
import { type Mark, styleSheet } from "./palette.js";
import type { Level } from "./scene.js";

const margin = 24;
const narrowest = 460;
const titleLine = 30;
const factLine = 18;
const legendLine = 20;
/** Space above and below the network. */
const space = 18;

const legendNames: Readonly<Record<Exclude<Mark, "end">, string>> = {
  block: "folded block",
  convolution: "convolution",
  dense: "linear, matmul",
  norm: "norm",
  activation: "activation",
  pooling: "pooling, resizing",
  combination: "sum, product, concat",
  rearrangement: "split, reshape",
};

/** What the numbers in the boxes are, by one of them: `201k · 39.3M is 201k params, 39.3M macs (fvcore)`. */
function costsInWords({ heaviest: { params, macs }, convention }: Page): string {
  const words = [`${short(params)} params`, ...(macs === 0 ? [] : [`${short(macs)} macs (${convention})`])];
  return `${words.map((text) => text.split(" ")[0]).join(" · ")}: ${words.join(", ")}`;
}

/** The meaning of the marks on the page, and how to read boxes; lines of at most `width`. */
function legendOf({ boxes }: Placed, page: Page, width: number): { readonly height: number; draw(y: number): string } {
  const used = new Set<Mark>();
  for (const { box } of boxes) {
    if (box.item.kind === "block") used.add("block");
    if (box.item.kind === "layers") for (const atom of box.item.atoms) used.add(markOf(atom));
  }
  const kinds = (Object.keys(legendNames) as readonly (keyof typeof legendNames)[]).filter((mark) => used.has(mark));
  const isFree = page.total.params === 0 && page.total.macs === 0;
  const repeats = boxes.some(({ box }) => box.item.count > 1);
  const most = ((100 * page.heaviest.macs) / page.total.macs).toFixed(1);
  const entries: readonly { readonly mark: Mark | undefined; readonly text: string }[] = [
    ...kinds.map((mark) => ({ mark, text: legendNames[mark] })),
    ...(isFree ? [] : [{ mark: undefined, text: costsInWords(page) }]),
    ...(page.heaviest.macs === 0 ? [] : [{ mark: undefined, text: `bar: macs, full at ${most} % of all` }]),
    ...(repeats ? [{ mark: undefined, text: "×n: n such units in a row, drawn once with the costs of all" }] : []),
  ];
  const swatch = 16;
  let [x, line] = [0, 0];
  const placed = entries.map((entry) => {
    const length = (entry.mark === undefined ? 0 : swatch) + textWidth(entry.text, textSizes.small);
    if (x > 0 && x + length > width) [x, line] = [0, line + 1];
    const at = { ...entry, x, line };
    x += length + 20;
    return at;
  });
  return {
    height: (line + 1) * legendLine,
    draw: (y) =>
      placed
        .map(({ mark, text: words, x: at, line: row }) => {
          const [left, base] = [margin + at, y + row * legendLine + 12];
          if (mark === undefined) return text(left, base, "muted small", words);
          return rect(left, base - 9, 10, 10, mark, ` rx="2"`) + text(left + swatch, base, "muted small", words);
        })
        .join("\n"),
  };
}

/** The inputs or outputs in words: `image 3x224x224`. */
function endsText(page: Page, atoms: readonly Atom[], kind: "input" | "output"): string {
  return atoms
    .filter((atom) => atom.kind === kind)
    .map((atom) => `${atom.path.join(".")} ${valueLabel(page.graph, (atom.makes[0] ?? atom.reads[0]) as ValueId)}`)
    .join(", ");
}

/** Lines of text of at most `width` pixels. */
function wrapped(words: readonly string[], size: number, width: number): readonly string[] {
  const rows: string[] = [];
  for (const word of words) {
    const last = rows.at(-1);
    const joined = last === undefined ? word : `${last}   ${word}`;
    if (last !== undefined && textWidth(joined, size) <= width) rows[rows.length - 1] = joined;
    else rows.push(word);
  }
  return rows;
}

/** The contents of a diagram, and how far its blocks are open. */
export interface Scene {
  readonly level: Level;
  readonly fragment: Fragment;
  readonly depth: number;
  readonly isFolded: boolean;
}

export interface DrawnPage {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** The costs of the element drawn that has the most macs; of equal ones, the first. */
function heaviestOf({ items }: Level): Cost {
  const heavier = (a: Cost, b: Cost): Cost => (b.macs > a.macs || (b.macs === a.macs && b.params > a.params) ? b : a);
  return items.reduce<Cost>(
    (most, { kind, inside, cost, atoms }) => {
      if (kind === "block") return heavier(most, cost);
      return inside === undefined ? atoms.reduce<Cost>(heavier, most) : heavier(most, heaviestOf(inside));
    },
    { params: 0, macs: 0 },
  );
}

/** The whole picture. */
export function drawPage(graph: AtomGraph, scene: Scene, locate: NoteContext["locate"]): DrawnPage {
  const { level, fragment } = scene;
  const page: Page = {
    graph: graph.graph,
    total: graph.total,
    convention: graph.convention,
    locate,
    heaviest: heaviestOf(level),
  };
  const inner = Math.max(fragment.width, narrowest);
  const width = Math.ceil(inner + 2 * margin);
  const fitting = (words: string, size: number): string => clipped(words, Math.floor(inner / textWidth("0", size)));
  const ends = `${endsText(page, graph.atoms, "input")} → ${endsText(page, graph.atoms, "output")}`;
  const { params, macs } = graph.total;
  const totals = [`${grouped(params)} params`, `${grouped(macs)} macs (${graph.convention})`];
  const shown = scene.isFolded ? `blocks folded at depth ${scene.depth}` : "all blocks open";
  const facts = [fitting(ends, textSizes.small), ...wrapped([...totals, shown], textSizes.small, inner)];
  const top = margin + titleLine + facts.length * factLine + space;
  const placed = place(level, fragment, margin + (inner - fragment.width) / 2, top);
  const legend = legendOf(placed, page, inner);
  const legendTop = top + fragment.height + space;
  const height = Math.ceil(legendTop + legend.height + margin / 2);
  const frames = placed.boxes.filter(({ box }) => box.item.kind === "group");
  const others = placed.boxes.filter(({ box }) => box.item.kind !== "group");
  const description = `${graph.graph.name}: ${ends}; ${totals.join(", ")}; ${shown}.`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" class="lfer" role="img" aria-label="${xmlText(description)}">`,
    `<title>${xmlText(graph.graph.name)}</title>`,
    `<desc>${xmlText(description)}</desc>`,
    `<style>\n${styleSheet()}\n</style>`,
    rect(0, 0, width, height, "page"),
    text(margin, margin + 14, "ink title", fitting(graph.graph.name, textSizes.title)),
    ...facts.map((line, i) => text(margin, margin + titleLine + 8 + i * factLine, "muted small", line)),
    ...frames.map((box) => drawBox(box, page)),
    ...placed.courses.map(drawLink),
    ...others.map((box) => drawBox(box, page)),
    ...others.map(drawLabels),
    legend.draw(legendTop),
    "</svg>",
  ];
  return { svg: `${parts.filter((part) => part !== "").join("\n")}\n`, width, height };
}
