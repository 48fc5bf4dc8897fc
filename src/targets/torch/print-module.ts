import { type Graph, type GraphInput, type Node, type Slot, typesOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import { type Draft, type Drafting, draftOf } from "./draft.js";
import { layerOf } from "./lowered.js";
import { type Block, type Part, Places, partsOf } from "./parts.js";
import { folded, printClass } from "./print-class.js";
import { Classes } from "./python-classes.js";
import { namesOfFile } from "./python-names.js";
import { nestedNumbers } from "./statements.js";
import { wrapped } from "./wrap.js";

/** What cannot be written, by the path of the layer. */
export interface NotPrintable {
  readonly kind: "shared-differently";
  readonly path: string;
  readonly layer: string;
}

export interface PrintedModule {
  readonly kind: "printed";
  /** The lines of model.py. */
  readonly lines: readonly string[];
  /** The name of the network's class. */
  readonly className: string;
}

export interface ModuleOptions {
  readonly blocks: readonly Block[];
  /** What the file begins with: lines of a comment. */
  readonly about: readonly string[];
  /** Names of outputs that only exist in training. */
  readonly trainingOutputs?: ReadonlySet<string>;
}

/** The first node of each layer, by its path; or a layer that is used in two ways. */
function layersOf(places: Places): ReadonlyMap<string, Node> | NotPrintable {
  const layers = new Map<string, Node>();
  const texts = new Map<string, string>();
  for (const node of places.graph.nodes) {
    const lowering = layerOf(node);
    if (lowering === undefined) continue;
    const layer = places.layerPath(node);
    const text = lowering.layer(typesOf(places.graph, node.inputs), node.attributes);
    if (!layers.has(layer)) {
      layers.set(layer, node);
      texts.set(layer, text);
    } else if (texts.get(layer) !== text) return { kind: "shared-differently", path: node.path, layer };
  }
  return layers;
}

/** What belongs to each part: to the innermost one whose path contains it. */
function ownersOf<T>(parts: readonly Part[], items: readonly T[], pathOf: (item: T) => string): Map<Part, T[]> {
  const byPath = new Map(parts.filter(({ again }) => again === undefined).map((part) => [part.path, part]));
  const owned = new Map<Part, T[]>();
  for (const item of items) {
    let path = pathOf(item);
    do path = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    while (!byPath.has(path));
    const owner = byPath.get(path) as Part;
    owned.set(owner, [...(owned.get(owner) ?? []), item]);
  }
  return owned;
}

const pictureText = ({ picture }: GraphInput): string => {
  if (picture === undefined) return "";
  const numbers = (values: readonly number[]): string => nestedNumbers(values, [values.length]);
  return `, RGB in 0..1, minus ${numbers(picture.mean)}, divided by ${numbers(picture.std)}`;
};

function docOfNetwork(graph: Graph, training: ReadonlySet<string>): readonly string[] {
  const shapeOf = (value: number): string => formatShape(graph.types[value]?.shape ?? []);
  const inputs = graph.inputs.flatMap((input) =>
    folded(`Input ${input.name}: ${shapeOf(input.value)}${pictureText(input)}.`),
  );
  const returned = graph.outputs
    .map(({ name, value }) => `${name} ${shapeOf(value)}${training.has(name) ? " (in training)" : ""}`)
    .join(", ");
  return [`The network ${graph.name}.`, "", ...inputs, ...folded(`Returns ${returned}.`)];
}

const docOfBlock = (draft: Draft, uses: number): readonly string[] => [
  uses === 1
    ? `Block ${draft.part.name}, at ${draft.part.path}.`
    : `Block ${draft.part.name}, at ${draft.part.path} and ${uses - 1} more.`,
];

/** A network as model.py: a class for each block of the source, and one for the network. */
export function printTorchModule(graph: Graph, options: ModuleOptions): PrintedModule | NotPrintable {
  const places = new Places(graph);
  const layers = layersOf(places);
  if ("kind" in layers) return layers;
  const parts = partsOf(places, options.blocks);
  const own = parts.filter(({ again }) => again === undefined);
  const isNotRoot = (part: Part): boolean => part.path !== "";
  const made = new Map<Part, { readonly id: number; readonly draft: Draft }>();
  const drafting: Drafting = {
    places,
    parts,
    layers,
    slotsOf: ownersOf<Slot>(parts, graph.slots, ({ name }) => name),
    childrenOf: ownersOf<Part>(parts, own.filter(isNotRoot), ({ path }) => path),
    classOf: (part) => made.get(part) as { readonly id: number; readonly draft: Draft },
  };
  const classes = new Classes();
  const helpers = new Map<string, readonly string[]>();
  // Inner modules first: the longer path.
  const depth = ({ path }: Part): number => (path === "" ? 0 : path.split(".").length);
  for (const part of own.toSorted((a, b) => depth(b) - depth(a))) {
    const draft = draftOf(drafting, part);
    made.set(part, { id: classes.add(draft), draft });
    for (const [name, lines] of draft.helpers) helpers.set(name, lines);
  }
  const finished = classes.finish(namesOfFile);
  const training = options.trainingOutputs ?? new Set<string>();
  const texts = finished.map((each) => {
    const [first] = each.drafts;
    const isRoot = first.part.path === "";
    const doc = isRoot ? docOfNetwork(graph, training) : docOfBlock(first, each.drafts.length);
    const deployed = isRoot ? graph.outputs.map(({ name }) => !training.has(name)) : [];
    return printClass(each, finished, doc, deployed);
  });
  const body = [...helpers.values(), ...texts].flatMap((lines) => ["", "", ...lines]);
  const uses = (word: string): boolean => body.some((line) => line.includes(word));
  const labels = graph.outputs.flatMap(({ name, labels }) =>
    labels === undefined
      ? []
      : [
          "",
          `# Classes of ${name}, in order.`,
          ...wrapped(
            `LABELS${graph.outputs[0]?.name === name ? "" : `_${name.toUpperCase()}`} = [${labels.map((label) => JSON.stringify(label)).join(", ")}]`,
            "",
          ),
        ],
  );
  return {
    kind: "printed",
    className: finished.at(-1)?.name ?? "",
    lines: [
      ...options.about.map((line) => `# ${line}`),
      ...(options.about.length > 0 ? [""] : []),
      ...(uses("OrderedDict(") ? ["from collections import OrderedDict", ""] : []),
      "import torch",
      ...(uses("F.") ? ["import torch.nn.functional as F"] : []),
      "from torch import nn",
      ...labels,
      ...body,
    ],
  };
}
