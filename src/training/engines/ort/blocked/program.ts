/** The step in the blocked layout of the machine: each op by its lowering there, or by its portable one. */
import { invariant } from "../../../../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../../../../ir/graph.js";
import { findOp } from "../../../../ops/registry.js";
import type { Block } from "../block-probe.js";
import { ModelWriter } from "../model-writer.js";
import type { StatePort, StepProgram } from "../step-program.js";
import { lowerings } from "./lowerings.js";
import type { RowRequests } from "./row-store.js";
import { BlockedSite } from "./site.js";

/** Reductions take their axes as an input from here on, Mish is an op; newer ones give us nothing. */
const opset = 18;

export function blockedProgram(step: Graph, block: Block): StepProgram {
  // First to learn which rows are wanted together, then with convolutions that give them so.
  const { site } = lowerGraph(step, block, new Map());
  return lowerGraph(step, block, site.store.requests).program;
}

function lowerGraph(
  step: Graph,
  block: Block,
  wishes: RowRequests,
): { readonly site: BlockedSite; readonly program: StepProgram } {
  const writer = new ModelWriter(opset);
  const site = new BlockedSite(step, writer, block, wishes);
  const sizes = (value: ValueId): readonly number[] => typeOf(step, value).shape as readonly number[];
  for (const { name, value } of step.inputs) site.setPlain(value, writer.input(name, sizes(value)));
  for (const { name, value } of step.slots) site.setPlain(value, writer.input(`state.${name}`, sizes(value)));
  for (const node of step.nodes) {
    writer.enter(`${node.op} ${node.path}`);
    lower(site, node);
  }
  writer.enter("outputs");
  for (const { name, value } of step.outputs) writer.output(`out.${name}`, site.plain(value), sizes(value));
  const state = step.slots.map(({ name, value, next }): StatePort => {
    const shape = sizes(value);
    const length = shape.reduce((product, size) => product * size, 1);
    const slots = [{ slot: name, offset: 0, length }];
    if (next !== undefined) writer.output(`next.${name}`, site.plain(next), shape);
    return { input: `state.${name}`, output: next === undefined ? undefined : `next.${name}`, shape, slots };
  });
  const program = {
    bytes: writer.finish(step.name),
    inputs: step.inputs.map(({ name, value }) => ({ name, onnxName: name, shape: sizes(value) })),
    outputs: step.outputs.map(({ name, value }) => ({ name, onnxName: `out.${name}`, shape: sizes(value) })),
    state,
  };
  return { site, program };
}

function lower(site: BlockedSite, node: Node): void {
  const candidates = lowerings.get(node.op) ?? [];
  const attempt = (from: number): boolean => {
    const lowering = candidates[from];
    return lowering?.(site, node, () => attempt(from + 1)) ?? false;
  };
  if (!attempt(0)) lowerPortably(site, node);
}

function lowerPortably(site: BlockedSite, node: Node): void {
  const op = findOp(node.op);
  invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  const outputs = node.outputs.map((value) => `p${value}`);
  op.lowerToOnnx(
    site.writer,
    {
      inputs: node.inputs.map((value) => site.plain(value)),
      outputs,
      inputTypes: node.inputs.map((value) => site.typeOf(value)),
      outputTypes: node.outputs.map((value) => site.typeOf(value)),
    },
    node.attributes,
  );
  for (const [i, value] of node.outputs.entries()) site.setPlain(value, outputs[i] as string);
}
