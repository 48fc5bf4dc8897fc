import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Attributes, Graph, Node } from "../ir/graph.js";
import { sameShape, sameType, type TensorType } from "../ir/shape.js";
import { type Fault, nodePlace, verifyGraph } from "../ir/verify.js";
import type { AnyOp } from "./contracts.js";
import { findOp, ops } from "./registry.js";

/** An op's tensor inputs, without its slots: the arguments of `slots()`. */
export function tensorsAmong<T>(op: AnyOp, inputs: readonly T[]): readonly T[] {
  const { inputs: declared } = op;
  return declared === "many" ? inputs : inputs.filter((_, i) => declared[i]?.role === "tensor");
}

/**
 * Checks the slots among a node's inputs: each slot that the attributes require must be present, with the type that `slots()`
 * gives. Also used for shared weights, with the types of the existing slots.
 */
export function slotProblem(op: AnyOp, inputs: readonly TensorType[], attributes: Attributes): Problem | undefined {
  if (op.inputs === "many") return undefined;
  const specs = op.slots(tensorsAmong(op, inputs), attributes);
  const wanted = op.inputs.filter(({ name, role }) => role === "tensor" || Object.hasOwn(specs, name)).length;
  if (inputs.length !== wanted) {
    const holes = { at: op.name, op: op.name, what: "inputs", wanted: `${wanted}`, actual: inputs.length } as const;
    return problem("graph/wrong-count", holes);
  }
  // In the user's words: conv2d is called `conv` in `.lfer`.
  const called = op.surfaces[0]?.name ?? op.name;
  for (const [i, { name, role }] of op.inputs.entries()) {
    const [spec, given] = [specs[name], inputs[i]];
    if (role === "tensor" || spec === undefined || given === undefined) continue;
    if (given.dtype !== spec.type.dtype) {
      const holes = { op: `${called}'s ${name}`, expected: spec.type.dtype, actual: given.dtype };
      return problem("shape/wrong-dtype", holes, "input");
    }
    if (!sameShape(given.shape, spec.type.shape)) {
      const holes = { op: called, slot: name, made: given.shape, needed: spec.type.shape };
      return problem("graph/wrong-slot", holes, "input");
    }
  }
  return undefined;
}

/** The types of a node's results, or a problem with its inputs, slots included. The node's structure must be sound. */
export function inferNodeTypes(op: AnyOp, inputs: readonly TensorType[], attributes: Attributes) {
  const types = op.inferTypes(inputs, attributes);
  return isProblem(types) ? types : (slotProblem(op, inputs, attributes) ?? types);
}

function verifyNodeTypes(graph: Graph, node: Node): readonly Fault[] {
  const at = nodePlace(node);
  const fault = (found: Problem): Fault => ({ problem: found, at, span: node.span });
  const op = findOp(node.op);
  invariant(op !== undefined, `${at}: structure is verified before types`, node.span);
  const inferred = inferNodeTypes(
    op,
    node.inputs.map((value) => graph.types[value] as TensorType),
    node.attributes,
  );
  if (isProblem(inferred)) return [fault(inferred)];
  if (inferred.length !== node.outputs.length) {
    const holes = {
      at,
      op: op.name,
      what: "results",
      wanted: `${inferred.length}`,
      actual: node.outputs.length,
    } as const;
    return [fault(problem("graph/wrong-count", holes))];
  }
  return node.outputs.flatMap((value, i) => {
    const [said, found] = [graph.types[value] as TensorType, inferred[i] as TensorType];
    return sameType(said, found) ? [] : [fault(problem("graph/wrong-type", { at, value, said, inferred: found }))];
  });
}

/** All faults of a graph: of its structure or, if that is sound, of its types as the ops infer them. */
export function findFaults(graph: Graph): readonly Fault[] {
  const structural = verifyGraph(graph, findOp, Object.keys(ops));
  return structural.length > 0 ? structural : graph.nodes.flatMap((node) => verifyNodeTypes(graph, node));
}

/** For graphs that lferc makes (evaluator, passes): a fault is a bug in lferc. */
export function assertSound(graph: Graph): void {
  const [first] = findFaults(graph);
  if (first === undefined) return;
  const { code, message } = first.problem.diagnose({});
  invariant(false, `graph ${graph.name} is unsound at ${first.at}: ${code}: ${message}`, first.span);
}
