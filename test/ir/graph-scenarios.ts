import { printGraph } from "../../src/ir/text.js";
import { readGraph } from "../../src/ops/read-graph.js";
import { smallNetwork } from "../ops/small-network.js";

const good = printGraph(smallNetwork());
const lineOf = (op: string): string => good.split("\n").find((line) => line.includes(` = ${op}(`)) ?? "";

/** The codes that an edit of a good graph's text gives. */
const edited = (from: string | RegExp, to: string) => async (): Promise<readonly string[]> => {
  const text = good.replace(from, () => to);
  if (text === good) throw new Error(`${from} is not in the text`);
  const found = readGraph(text);
  return "nodes" in found ? [] : found.map(({ code }) => code);
};

/** For each code of the catalogue's graph phase, an edit that provokes it. */
export const graphScenarios = {
  "graph/unknown-version": edited("lfer_graph 1", "lfer_graph 2"),
  "graph/unreadable-line": edited("[N, 3, 32, 32]", "[N, 3, 32, 32"),
  "graph/value-made-again": edited(lineOf("mish"), `${lineOf("mish")}\n${lineOf("mish")}`),
  "graph/value-not-made": edited(lineOf("max_pool"), ""),
  "graph/duplicate-name": edited("stem.batch_norm.bias", "stem.batch_norm.weight"),
  "graph/impossible-size": edited("[N, 3, 32, 32]", "[N, 3, 0, 32]"),
  "graph/unknown-op": edited("= relu(", "= reluu("),
  "graph/wrong-count": edited("conv2d(%0, %1)", "conv2d(%0)"),
  "graph/wrong-attribute": edited("stride: [2, 2]", "stride: 2"),
  "graph/wrong-slot": edited("[8, 3, 3, 3]", "[8, 4, 3, 3]"),
  "graph/wrong-operand": edited("= relu(%7)", "= broadcast_to(%7) {sizes: [8, 16, 16]}"),
  "graph/wrong-type": edited("-> float32[N, 8, 16, 16]", "-> float32[N, 8, 16, 17]"),
} as const;
