import { invariant } from "../../diagnostics/invariant.js";
import type { Graph, ValueId } from "../../ir/graph.js";
import { filled, method, tuple } from "../../ops/torch/python.js";
import { variableName } from "./python-names.js";
import { nestedNumbers, printStatements } from "./statements.js";
import { wrapped } from "./wrap.js";

/** A graph without weights as a function of Python. */
export interface TorchFunction {
  /** Its parameters, one for each input of the graph, in their order. */
  readonly parameters: readonly string[];
  /** The lines from `def` on; each at most 120 columns. It returns the output, or a tuple of all. */
  readonly lines: readonly string[];
  /** Functions that it calls, by name, as lines from `def` on. They need `torch` and `F` (torch.nn.functional) alone. */
  readonly helpers: ReadonlyMap<string, readonly string[]>;
}

export interface FunctionOptions {
  readonly name: string;
  /** One line. */
  readonly doc?: string;
  /** Names of parameters for inputs, by the inputs' names; otherwise an input's name, with `_` for what Python does not take. */
  readonly parameters?: ReadonlyMap<string, string>;
  /** An expression for whether the network is in training, for dropout; by default `False`. */
  readonly training?: string;
}

/** A graph without weights, such as a loss, as a function: inputs (masks too) are parameters, in the graph's order. */
export function printTorchFunction(graph: Graph, options: FunctionOptions): TorchFunction {
  invariant(graph.slots.length === 0, `${graph.name} has weights, which a function has not`);
  const helpers = new Map<string, readonly string[]>();
  const given = new Map<ValueId, string>();
  const names = new Set<string>();
  for (const { name, value } of graph.inputs) {
    const wanted = options.parameters?.get(name) ?? variableName(name);
    let unique = wanted;
    for (let i = 2; names.has(unique); i++) unique = `${wanted}_${i}`;
    names.add(unique);
    given.set(value, unique);
  }
  const anchor = given.values().next().value;
  const { lines, results } = printStatements(
    graph,
    graph.nodes,
    graph.outputs.map(({ value }) => value),
    {
      path: "",
      given,
      training: options.training ?? "False",
      layerOf: ({ path }) => path,
      constant: (_, values, shape) =>
        anchor === undefined
          ? `torch.tensor(${nestedNumbers(values, shape)})`
          : method(anchor, "new_tensor", [nestedNumbers(values, shape)]),
      helper: (name, text) => helpers.set(name, text),
    },
  );
  const indent = "    ";
  const parameters = [...given.values()];
  const plain = (text: string): string => filled(text, (_, { text: literal }) => literal);
  return {
    parameters,
    lines: [
      ...wrapped(`def ${options.name}(${parameters.join(", ")}):`, ""),
      ...(options.doc === undefined ? [] : [`${indent}"""${options.doc}"""`]),
      ...lines.flatMap((line) => wrapped(plain(line), indent)),
      ...wrapped(
        `return ${results.length === 1 ? plain(results[0] as string) : plain(tuple(results)).slice(1, -1)}`,
        indent,
      ),
    ],
    helpers,
  };
}
