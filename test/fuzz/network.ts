/** Random networks in the language, valid by construction: every one must compile, and compute the same everywhere. */
import { derivedCalls } from "./derived.js";
import { type Draw, divisorsOf, drawOf } from "./draw.js";
import { drawKeeping, drawStage, type Sizes, shapeText } from "./stages.js";

/** One statement of the model, with the declarations that it needs. It can be removed together with everything that uses it. */
export interface Statement {
  readonly makes: readonly string[];
  readonly uses: readonly string[];
  readonly text: string;
  /** A block that this statement applies. */
  readonly declaration?: string;
}

interface Value {
  readonly name: string;
  readonly sizes: Sizes;
  readonly isBool: boolean;
}

export interface Network {
  readonly input: Sizes;
  readonly statements: readonly Statement[];
  /** Of every name that is bound. */
  readonly values: ReadonlyMap<string, Value>;
}

interface Growth {
  readonly draw: Draw;
  readonly values: Map<string, Value>;
  readonly statements: Statement[];
  bound: number;
}

const sameSizes = (a: Sizes, b: Sizes): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

function bind(
  g: Growth,
  text: string,
  uses: readonly Value[],
  sizes: Sizes,
  more: { isBool?: boolean; declaration?: string } = {},
): void {
  const name = `v${++g.bound}`;
  g.values.set(name, { name, sizes, isBool: more.isBool ?? false });
  const { declaration } = more;
  g.statements.push({
    makes: [name],
    uses: uses.map((value) => value.name),
    text: `${name} = ${text}`,
    ...(declaration === undefined ? {} : { declaration }),
  });
}

const floats = (g: Growth): Value[] => [...g.values.values()].filter(({ isBool }) => !isBool);

/** Mostly one of the latest, so that networks get deep. */
function drawValue(g: Growth): Value {
  const all = floats(g);
  return g.draw.chance(0.6) ? all.at(-1 - g.draw.int(0, Math.min(1, all.length - 1)))! : g.draw.pick(all);
}

/** Line breaks and spaces where the language allows them, for the formatter. */
const ruffle = (draw: Draw, text: string): string =>
  text.replaceAll(/, | -> /g, (between) => {
    if (!draw.chance(0.06)) return between;
    return between === ", " ? ",   " : draw.chance(0.5) ? "  ->  " : "\n    -> ";
  });

type Grow = (g: Growth, x: Value) => void;

const pipe: Grow = (g, x) => {
  // Usually one statement per stage, so that a failing network can be shrunk far.
  let { sizes } = x;
  const stages: string[] = [];
  for (let i = g.draw.chance(0.7) ? 1 : 3; i > 0; i--) {
    const stage = drawStage(g.draw, sizes);
    stages.push(stage.text);
    sizes = stage.sizes;
  }
  bind(g, [x.name, ...stages].join(" -> "), [x], sizes);
};

const arithmetic: Grow = (g, x) => {
  const { draw } = g;
  const others = floats(g).filter(({ name, sizes }) => name !== x.name && sameSizes(sizes, x.sizes));
  const y = others.length > 0 ? draw.pick(others) : x;
  const written = [
    `${x.name} + ${y.name}`,
    `${x.name} - 0.5 * ${y.name}`,
    `${x.name} * ${y.name}`,
    `${x.name} / (abs(${y.name}) + 1)`,
    `maximum(${x.name}, ${y.name})`,
    `minimum(${x.name}, 0.25 - ${y.name})`,
    `(abs(${x.name}) + 0.5) ** ${draw.pick(["2", "0.5", "1.5"])} + 0.1 * ${y.name}`,
    `2 * ${x.name} - ${y.name} / 4`,
    `exp(clip(${x.name}, max: 1)) + ${y.name}`,
    `log(abs(${x.name}) + 1) - ${y.name}`,
    `sqrt(square(${x.name}) + 0.1) * ${y.name}`,
    `where(${x.name} > 0.1, ${y.name}, -${x.name})`,
    `where(less(${x.name}, ${y.name}), ${x.name}, 0.5 * ${y.name})`,
    `(${x.name}, ${y.name}) -> add`,
  ];
  bind(g, draw.pick(written), [x, y], x.sizes);
};

const broadcast: Grow = (g, x) => {
  const { draw } = g;
  const [, ...rest] = x.sizes;
  const last = rest.at(-1) ?? 1;
  const axis = draw.int(1, rest.length);
  const written = [
    `${x.name} - mean(${x.name}, axes: [${axis}], keep: true)`,
    `${x.name} * sigmoid(max(${x.name}, axes: [${axis}], keep: true))`,
    `${x.name} * vector([${Array.from({ length: last }, (_, i) => ((i % 5) - 1.5) / 2).join(", ")}])`,
    `vector([0.75]) - ${x.name}`,
  ];
  if (rest.length === 3) {
    written.push(
      `${x.name} * (${x.name} -> global_avg_pool -> conv(${rest[0]}, kernel: 1, bias: true) -> sigmoid)`,
      `${x.name} * (${x.name} -> conv(1) -> sigmoid)`,
    );
  }
  bind(g, draw.pick(written), [x], x.sizes);
};

const compare: Grow = (g, x) => {
  const { name } = x;
  const written = [
    `${name} > 0`,
    `relu(${name}) == 0`,
    `relu(${name}) != 0`,
    `${name} >= -0.25`,
    `${name} < 0.5`,
    `greater_equal(${name}, 0.25)`,
    `less_equal(${name}, ${name} * 0.5)`,
  ];
  bind(g, g.draw.pick(written), [x], x.sizes, { isBool: true });
};

const logic: Grow = (g) => {
  const bools = [...g.values.values()].filter(({ isBool }) => isBool);
  if (bools.length === 0) return compare(g, drawValue(g));
  const a = g.draw.pick(bools);
  const b = g.draw.pick(bools.filter(({ sizes }) => sameSizes(sizes, a.sizes)));
  const written = [
    `${a.name} and ${b.name}`,
    `${a.name} or not ${b.name}`,
    `not ${a.name}`,
    `logical_or(${a.name}, ${b.name})`,
  ];
  bind(g, g.draw.pick(written), [a, b], a.sizes, { isBool: true });
};

/** A bool tensor chooses between two. */
const choose: Grow = (g, x) => {
  const bools = [...g.values.values()].filter(({ isBool, sizes }) => isBool && sameSizes(sizes, x.sizes));
  if (bools.length === 0) return compare(g, x);
  const condition = g.draw.pick(bools);
  bind(g, `where(${condition.name}, ${x.name}, ${g.draw.pick(["0.5", `-${x.name}`])})`, [condition, x], x.sizes);
};

const joined: Grow = (g, x) => {
  const axis = g.draw.int(1, x.sizes.length - 1);
  const fits = floats(g).filter(
    ({ sizes }) => sizes.every((size, i) => size === x.sizes[i] || i === axis) && sizes.length === x.sizes.length,
  );
  const parts = [x, g.draw.pick(fits), ...(g.draw.chance(0.3) ? [g.draw.pick(fits)] : [])];
  const names = parts.map(({ name }) => name).join(", ");
  const sizes = x.sizes.with(
    axis,
    parts.reduce((sum, part) => sum + (part.sizes[axis] ?? 0), 0),
  );
  if (sizes.slice(1).reduce((a, b) => a * b, 1) > 700) return arithmetic(g, x);
  const written = axis === 1 && g.draw.chance(0.5) ? `(${names}) -> concat` : `concat(${names}, axis: ${axis})`;
  bind(g, written, parts, sizes);
};

const parted: Grow = (g, x) => {
  const axis = g.draw.int(1, x.sizes.length - 1);
  const size = x.sizes[axis] ?? 1;
  if (size < 2) return pipe(g, x);
  const first = g.draw.int(1, size - 1);
  const equal = divisorsOf(size).filter((n) => n > 1 && n <= 4);
  const isEqual = equal.length > 0 && g.draw.chance(0.5);
  const parts = isEqual ? g.draw.pick(equal) : 2;
  const sizes = isEqual ? Array.from({ length: parts }, () => size / parts) : [first, size - first];
  const makes = sizes.map((part) => {
    const name = `v${++g.bound}`;
    g.values.set(name, { name, sizes: x.sizes.with(axis, part), isBool: false });
    return name;
  });
  const how = isEqual ? `parts: ${parts}` : `sizes: [${sizes.join(", ")}]`;
  g.statements.push({ makes, uses: [x.name], text: `${makes.join(", ")} = split(${x.name}, ${how}, axis: ${axis})` });
};

/** Two or three layers that keep the sizes, joined by an arrow. */
const chain = (draw: Draw, sizes: Sizes): string =>
  Array.from({ length: draw.int(1, 3) }, () => drawKeeping(draw, sizes)).join(" -> ");

const combined: Grow = (g, x) => {
  const { draw } = g;
  const [times = 1, c = 1, h = 1, w = 1] = x.sizes;
  const a = chain(draw, x.sizes);
  const b = chain(draw, x.sizes);
  const layers = [
    `residual(${a})`,
    `residual(${a}, shortcut: ${b})`,
    `repeat(${draw.int(1, 3)}, ${a})`,
    `parallel([${a}, ${b}]) -> ${draw.pick(["add", "mul", "maximum", "sub"])}`,
    `(for i in [1..${draw.int(1, 3)}] do ${a})`,
    `(if ${draw.pick(["true", "training", "1 > 2", "2 ** 3 == 8"])} then ${a} else ${b})`,
  ];
  if (x.sizes.length === 4) {
    const [rows, columns] = [draw.pick(divisorsOf(h)), draw.pick(divisorsOf(w))];
    if (rows * columns <= 6)
      layers.push(`grid(${rows}, ${columns}, ${chain(draw, [times, c, h / rows, w / columns])})`);
  }
  bind(g, `${x.name} -> ${draw.pick(layers)}`, [x], x.sizes);
};

const ofBlock: Grow = (g, x) => {
  const { draw } = g;
  const block = `Block${g.bound + 1}`;
  const rank = x.sizes.length;
  const ones = Array.from({ length: rank - 1 }, (_, i) => (i === 0 ? "channels(x)" : "1")).join(", ");
  const start = draw.pick(["ones", "fill(0.5)", "normal(0.5)", "uniform(-1, 1)", "zeros"]);
  const bodies = [
    `(act: layer = relu) = ${chain(draw, x.sizes)} -> act`,
    ` on x {\n  weight scale: float32[1, ${ones}] = ${start}\n  inner = x -> ${chain(draw, x.sizes)}\n  return inner * scale + x\n}`,
    `(times: int, wide: bool = ${draw.chance(0.5)}) on x {\n  a = x -> ${chain(draw, x.sizes)}\n  return if wide then a + x / times else a - x\n}`,
  ];
  const which = draw.int(0, 2);
  const given = ["(act: tanh)", "", "(2)"][which] ?? "";
  const written = which === 0 && draw.chance(0.5) ? block : `${block}${given}`;
  bind(g, `${x.name} -> ${written}`, [x], x.sizes, { declaration: ruffle(draw, `block ${block}${bodies[which]}`) });
};

/** One set of weights at two or three places. */
const shared: Grow = (g, x) => {
  const layer = `s${g.bound + 1}`;
  g.statements.push({ makes: [layer], uses: [], text: `share ${layer} = ${chain(g.draw, x.sizes)}` });
  const others = floats(g).filter(({ sizes }) => sameSizes(sizes, x.sizes));
  for (const y of [x, g.draw.pick(others), ...(g.draw.chance(0.3) ? [x] : [])]) {
    bind(g, `${y.name} -> ${layer}`, [y], y.sizes);
    const last = g.statements.pop()!;
    g.statements.push({ ...last, uses: [...last.uses, layer] });
  }
};

const multiplied: Grow = (g, x) => {
  const rank = x.sizes.length;
  if (rank < 3) return arithmetic(g, x);
  const order = x.sizes
    .map((_, axis) => axis)
    .with(rank - 2, rank - 1)
    .with(rank - 1, rank - 2);
  const sizes = x.sizes.with(rank - 1, x.sizes[rank - 2] ?? 1);
  if (sizes.slice(1).reduce((a, b) => a * b, 1) > 700) return arithmetic(g, x);
  bind(
    g,
    `matmul(${x.name}, transpose(${x.name}, permutation: [${order.join(", ")}])) / sqrt(${x.sizes[rank - 1]}.0)`,
    [x],
    sizes,
  );
};

const kinds: readonly Grow[] = [
  pipe,
  pipe,
  pipe,
  pipe,
  arithmetic,
  arithmetic,
  broadcast,
  choose,
  logic,
  joined,
  joined,
  parted,
  combined,
  combined,
  ofBlock,
  shared,
  multiplied,
];

/** The same network for the same seed. */
export function drawNetwork(seed: number): Network {
  const draw = drawOf(seed);
  const input = [1, draw.int(1, 4), draw.int(1, 8), draw.int(1, 8)];
  const values = new Map([["image", { name: "image", sizes: input, isBool: false }]]);
  const g: Growth = { draw, values, statements: [], bound: 0 };
  for (let i = draw.int(2, 9); i > 0; i--) draw.pick(kinds)(g, drawValue(g));
  for (const call of derivedCalls(seed, () => floats(g).at(-1)!.sizes)) {
    const x = floats(g).at(-1)!;
    const from = call.inputs === 1 ? x.name : `(${new Array<string>(call.inputs).fill(x.name).join(", ")})`;
    bind(g, `${from} -> ${call.text}`, [x], call.sizes, { isBool: call.isBool });
  }
  const statements = g.statements.map((statement) => ({ ...statement, text: ruffle(draw, statement.text) }));
  return { input, statements, values };
}

/** How many of a network's unused values are part of its logits, and how many are outputs themselves. */
const most = 3;

/** The network as a file: its unused values are outputs, and the logits are made of the last of them. */
export function writeNetwork({ input, statements, values }: Network): string {
  const used = new Set(statements.flatMap(({ uses }) => uses));
  const names = statements.flatMap(({ makes }) => makes).filter((name) => values.has(name));
  const loose = names.filter((name) => !used.has(name));
  const ends = loose.filter((name) => values.get(name)?.isBool === false).slice(-most);
  const heads = (ends.length === 0 ? ["image"] : ends).map((name) => {
    const [times = 1, ...rest] = values.get(name)?.sizes ?? [];
    return `(reshape(${name}, shape: ${shapeText([1, times * rest.reduce((a, b) => a * b, 1)])}) -> linear(5))`;
  });
  const unusedLayers = statements.filter(({ makes: [name = ""] }) => name.startsWith("s") && !used.has(name));
  const body = statements.filter((statement) => !unusedLayers.includes(statement)).map(({ text }) => `  ${text}\n`);
  const declarations = statements.flatMap(({ declaration }) =>
    declaration === undefined ? [] : [`${declaration}\n\n`],
  );
  return `lfer 1

import { cross_entropy } from "std/losses"

${declarations.join("")}model Net {
  input image: float32[N, ${input.slice(1).join(", ")}]

${body.join("")}  logits = ${heads.join(" + ")}

  output logits
${loose.map((name) => `  output ${name}\n`).join("")}}

recipe Trained {
  student   = Net
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1, momentum: 0.9)
  train     = run(batch: 16, epochs: 1, seed: 0)
}
`;
}
