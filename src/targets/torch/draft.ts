/** One module as Python, with holes where it may differ from other uses of its block. */
import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, type Initializer, type Node, type Slot, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import { bindShape, type TensorType } from "../../ir/shape.js";
import { floatText, formOf, type Hole, hole, holesOf, ints, tuple } from "../../ops/torch/python.js";
import { layerOf } from "./lowered.js";
import { isFixed, type Part, type Places, tensorsOf } from "./parts.js";
import { isAttribute, variableName } from "./python-names.js";
import { isPlainCall, type ModuleCall, nestedNumbers, printStatements, type Step } from "./statements.js";

/** What a module has under a path of names below it. */
export interface Member {
  readonly path: readonly string[];
  readonly kind: "module" | "parameter" | "buffer";
  readonly text: string;
}

export interface Draft {
  readonly part: Part;
  readonly members: readonly Member[];
  /** Containers whose members are applied one after the other: `nn.Sequential`. */
  readonly chains: ReadonlySet<string>;
  readonly parameters: readonly string[];
  readonly lines: readonly string[];
  readonly results: readonly string[];
  readonly helpers: ReadonlyMap<string, readonly string[]>;
  readonly inputTypes: readonly TensorType[];
  readonly resultTypes: readonly TensorType[];
  readonly holes: readonly Hole[];
  /** Equal for two uses that differ at most in their holes. */
  readonly form: string;
}

/** A part inside another one by its class, with the holes of its draft. */
const childText = (id: number, holes: readonly Hole[]): string =>
  `\u{E005}${id}\u{E006}${holes.map(({ name, text }) => hole(name, text)).join("\u{E008}")}\u{E007}`;

/** Replaces what {@link childText} wrote, whose holes are filled. */
export const withChildren = (text: string, replace: (id: number, values: readonly string[]) => string): string =>
  text.replaceAll(/\u{E005}(\d+)\u{E006}([^\u{E007}]*)\u{E007}/gu, (_, id: string, values: string) =>
    replace(Number(id), values.split("\u{E008}")),
  );

/** `self.body.unit_1`; a name that is something else too is looked up. */
export const reached = (names: readonly string[], kind: Member["kind"] = "module"): string =>
  names.reduce((of, name, i) => {
    const table = i === names.length - 1 && kind === "parameter" ? "_parameters" : "_modules";
    return isAttribute(name) ? `${of}.${name}` : `${of}.${table}["${name}"]`;
  }, "self");

function initialText(shape: readonly number[], initializer: Initializer): string {
  const sizes = ints("size", shape);
  if (initializer.kind === "uniform") {
    const { low, high } = initializer;
    return `torch.empty(${sizes}).uniform_(${hole("low", floatText(low))}, ${hole("high", floatText(high))})`;
  }
  if (initializer.kind === "normal") {
    const { mean, std } = initializer;
    return `torch.empty(${sizes}).normal_(${hole("mean", floatText(mean))}, ${hole("std", floatText(std))})`;
  }
  const { value } = initializer;
  if (value === 1 || value === 0) return `torch.${value === 1 ? "ones" : "zeros"}(${sizes})`;
  return `torch.full(${sizes}, ${hole("value", floatText(value))})`;
}

/** What the drafts of all parts have in common. */
export interface Drafting {
  readonly places: Places;
  readonly parts: readonly Part[];
  /** The slots that belong to each part. */
  readonly slotsOf: ReadonlyMap<Part, readonly Slot[]>;
  /** The first node that uses each layer, by the layer's path. */
  readonly layers: ReadonlyMap<string, Node>;
  /** Modules that each part has, by its path. */
  readonly childrenOf: ReadonlyMap<Part, readonly Part[]>;
  /** What a finished part came to. */
  readonly classOf: (part: Part) => { readonly id: number; readonly draft: Draft };
}

const below = (path: string, part: Part): readonly string[] =>
  (part.path === "" ? path : path.slice(part.path.length + 1)).split(".");

function membersOf(drafting: Drafting, part: Part): readonly Member[] {
  const { graph } = drafting.places;
  const members = new Map<string, Member>();
  const children = [...(drafting.childrenOf.get(part) ?? [])];
  for (const slot of drafting.slotsOf.get(part) ?? []) {
    const path = slot.name.slice(0, Math.max(0, slot.name.lastIndexOf(".")));
    const node = drafting.layers.get(path);
    if (node === undefined || !node.inputs.includes(slot.value)) {
      const shape = bindShape(typeOf(graph, slot.value).shape, 1);
      const text = `nn.Parameter(${initialText(shape, slot.initializer)})`;
      members.set(slot.name, { path: below(slot.name, part), kind: "parameter", text });
    } else if (!members.has(path)) {
      const layer = layerOf(node);
      invariant(layer !== undefined, `${node.op} is no layer`);
      const text = layer.layer(typesOf(graph, node.inputs), node.attributes);
      members.set(path, { path: below(path, part), kind: "module", text });
    }
  }
  for (const child of children) {
    const { id, draft } = drafting.classOf(child);
    members.set(child.path, { path: below(child.path, part), kind: "module", text: childText(id, draft.holes) });
  }
  // In the order of the graph's slots.
  const order = new Map(graph.slots.map(({ name }, i) => [name, i]));
  const firstOf = (name: string): number =>
    graph.slots.findIndex((slot) => slot.name === name || slot.name.startsWith(`${name}.`));
  return [...members]
    .map(([name, member]) => [order.get(name) ?? firstOf(name), member] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, member]) => member);
}

/** The steps of a part: its nodes, with calls in place of those that modules inside it stand for. */
function stepsOf(drafting: Drafting, part: Part): readonly Step[] {
  const { places, parts } = drafting;
  const { graph } = places;
  const inside = parts.filter(
    (each) => each !== part && each.from >= part.from && each.to <= part.to && each.path !== "",
  );
  const steps: Step[] = [];
  const fixed = new Set<ValueId>();
  const needsFixed = (value: ValueId): void => {
    const maker = places.maker(value);
    if (maker === undefined || maker >= part.from || fixed.has(value)) return;
    const node = graph.nodes[maker] as Node;
    if (!isFixed(node)) return;
    fixed.add(value);
    steps.push(node);
  };
  for (let at = part.from; at < part.to; ) {
    const call = inside.find((each) => each.from === at && isOuter(each, part));
    if (call !== undefined) {
      for (const value of call.inputs) needsFixed(value);
      const { path } = call.again ?? call;
      steps.push({ module: reached(below(path, part)), inputs: call.inputs, outputs: call.results, path: call.path });
      at = call.to;
    } else {
      const node = graph.nodes[at] as Node;
      for (const value of node.inputs) needsFixed(value);
      steps.push(node);
      at++;
    }
  }
  return steps;
}

/** Whether a part may be called from another: its module is below that one. */
const isOuter = (inner: Part, part: Part): boolean =>
  part.path === "" || (inner.again ?? inner).path.startsWith(`${part.path}.`);

/** Runs of steps that apply all members of one container, each to the result of the one before, as one call of the container. */
function withChains(
  drafting: Drafting,
  part: Part,
  steps: readonly Step[],
  members: readonly Member[],
): { readonly steps: readonly Step[]; readonly chains: ReadonlySet<string> } {
  const { places } = drafting;
  const { graph } = places;
  const moduleOf = (step: Step): string | undefined => {
    if ("module" in step) return step.inputs.length === 1 && step.outputs.length === 1 ? step.module : undefined;
    if (!drafting.layers.has(places.layerPath(step)) || !isPlainCall(graph, step)) return undefined;
    return reached(below(places.layerPath(step), part));
  };
  const containers = new Map<string, string[]>();
  for (const { path, kind } of members) {
    if (path.length < 2) continue;
    const key = path.slice(0, -1).join(".");
    containers.set(key, [...(containers.get(key) ?? []), kind === "module" ? reached(path) : ""]);
  }
  const chains = new Set<string>();
  let current = [...steps];
  const readers = new Map<ValueId, number>();
  for (const step of steps) {
    const inputs = "module" in step ? step.inputs : tensorsOf(step);
    for (const value of inputs) readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  for (const value of part.results) readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const [key, modules] of containers) {
    const path = key.split(".");
    const hasDeeper = [...containers.keys()].some((other) => other !== key && other.startsWith(`${key}.`));
    const at = current.findIndex((step) => moduleOf(step) === modules[0]);
    const run = current.slice(at, at + modules.length);
    if (hasDeeper || at < 0 || run.length < modules.length || modules.length < 2) continue;
    const isChain = run.every((step, i) => {
      const before = run[i - 1];
      const value = ("module" in step ? step.inputs : tensorsOf(step))[0] as ValueId;
      return (
        moduleOf(step) === modules[i] &&
        (before === undefined || (before.outputs[0] === value && readers.get(value) === 1))
      );
    });
    const isOnce = current.filter((step) => modules.includes(moduleOf(step) ?? "")).length === modules.length;
    if (!isChain || !isOnce) continue;
    const [first, last] = [run[0] as Step, run.at(-1) as Step];
    const input = ("module" in first ? first.inputs : tensorsOf(first))[0] as ValueId;
    const call: ModuleCall = { module: reached(path), inputs: [input], outputs: last.outputs, path: first.path };
    current = [...current.slice(0, at), call, ...current.slice(at + run.length)];
    chains.add(key);
  }
  return { steps: current, chains };
}

/** Names of a block's inputs. */
function inputNames(graph: Graph, part: Part): readonly string[] {
  if (part.path !== "") return part.inputs.map((_, i) => (part.inputs.length === 1 ? "x" : `x_${i + 1}`));
  const names = new Set<string>();
  return graph.inputs.map(({ name }) => {
    let unique = variableName(name);
    for (let i = 2; names.has(unique); i++) unique = `${variableName(name)}_${i}`;
    names.add(unique);
    return unique;
  });
}

/** A part's module. */
export function draftOf(drafting: Drafting, part: Part): Draft {
  const { places } = drafting;
  const { graph } = places;
  const own = membersOf(drafting, part);
  const { steps, chains } = withChains(drafting, part, stepsOf(drafting, part), own);
  const parameters = inputNames(graph, part);
  const given = new Map<ValueId, string>(part.inputs.map((value, i) => [value, parameters[i] as string]));
  for (const slot of graph.slots) {
    if (part.path === "" || slot.name.startsWith(`${part.path}.`)) {
      if (!given.has(slot.value)) given.set(slot.value, reached(below(slot.name, part), "parameter"));
    }
  }
  const buffers: Member[] = [];
  const helpers = new Map<string, readonly string[]>();
  const taken = new Set(own.map(({ path }) => path[0] as string));
  const { lines, results } = printStatements(graph, steps, part.results, {
    path: part.path,
    given,
    training: "self.training",
    layerOf: (node) => reached(below(places.layerPath(node), part)),
    constant: ({ path }, values, shape) => {
      const wanted = variableName(path.split(".").at(-1) as string);
      let name = wanted;
      for (let i = 2; taken.has(name) || !isAttribute(name); i++) name = `${wanted}_${i}`;
      taken.add(name);
      buffers.push({
        path: [name],
        kind: "buffer",
        text: `torch.tensor(${hole("values", nestedNumbers(values, shape))})`,
      });
      return `self.${name}`;
    },
    helper: (name, text) => helpers.set(name, text),
  });
  const members = [...own, ...buffers];
  const texts = [...members.map(({ text }) => text), ...lines, ...results];
  const shape = members.map(({ path, kind }) => `${kind} ${path.join(".")}`);
  return {
    part,
    members,
    chains,
    parameters,
    lines,
    results,
    helpers,
    inputTypes: typesOf(graph, part.inputs),
    resultTypes: typesOf(graph, part.results),
    holes: texts.flatMap(holesOf),
    form: JSON.stringify([part.name, parameters, [...chains], shape, texts.map(formOf)]),
  };
}

/** The results as one expression. */
export const resultText = ({ results }: Draft): string =>
  results.length === 1 ? (results[0] as string) : tuple(results).slice(1, -1);
