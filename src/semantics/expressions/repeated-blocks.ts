import type { ValueId } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import type { Context } from "../context.js";
import { limits } from "../limits.js";
import type { MadeBlock } from "../made-blocks.js";
import type { Network } from "../network.js";
import type { PathScope } from "../path-scope.js";
import { keyOf } from "../value-key.js";
import { type BlockLayer, tensor, type Value } from "../values.js";

/**
 * A block's result: evaluated by `evaluate`, or the same nodes as the last time, without evaluating it. For the same arguments and an
 * input of the same type, a block always adds the same: the units of a stage, the stages of a model's variants. This holds for plain
 * arguments (a layer among them may bring weights or scopes), and where no shared layer decides which weights are used.
 */
export function instantiateOnce(
  context: Context,
  network: Network,
  block: BlockLayer,
  input: Value,
  at: PathScope,
  evaluate: () => Value,
): Value {
  const { facts, reporter } = context;
  const { work, blocks } = facts;
  if (context.sharing.isActive || context.things !== undefined || reporter.isFull) return evaluate();
  if (input.kind !== "tensor" || input.value === undefined) return evaluate();
  const { declaration } = block;
  const values = keyOf(declaration.parameters, block.arguments.values);
  if (values === undefined) return evaluate();
  const { dtype, shape } = network.typeOf(input.value);
  const key = `${dtype}${formatShape(shape)} ${values}`;
  const made = blocks.find(declaration, key);
  if (made !== undefined && meetsNoLimit(context, network, made) && isSoTrained(context, made)) {
    context.spend(block.span, made.steps);
    return repeat(network, made, input.value, at);
  }
  const [from, scopes, steps, errors] = [network.size, at.size, work.steps, reporter.errorCount];
  const hasAsked = context.asksTraining;
  context.asksTraining = false;
  const result = evaluate();
  const asks = context.asksTraining;
  context.asksTraining ||= hasAsked;
  if (reporter.errorCount === errors && isKnown(result)) {
    blocks.keep(declaration, key, {
      input: input.value,
      result,
      part: { network, from, to: network.size },
      scope: { at, from: scopes, to: at.size },
      training: asks ? context.training : undefined,
      steps: work.steps - steps,
      depth: work.depth,
      chain: context.chain.length,
    });
  }
  return result;
}

/** Whether evaluating the block here would meet no limit either. */
function meetsNoLimit({ facts: { work }, chain }: Context, network: Network, made: MadeBlock): boolean {
  const { from, to } = made.part;
  return (
    work.steps + made.steps <= limits.steps &&
    work.depth <= made.depth &&
    chain.length <= made.chain &&
    network.nodeCount + to.nodes - from.nodes <= limits.nodes
  );
}

const isSoTrained = (context: Context, made: MadeBlock): boolean =>
  made.training === undefined || made.training === context.training;

/** Adds the block's nodes again, for this input and in this scope. */
function repeat(network: Network, made: MadeBlock, input: ValueId, at: PathScope): Value {
  const copies = new Map<PathScope, PathScope>();
  at.repeat(made.scope.at, made.scope.from, made.scope.to, copies);
  const shift = network.size.values - made.part.from.values;
  const numberOf = (value: ValueId): ValueId => (value === made.input ? input : value + shift);
  // Other scopes are those of `nowhere()`: no output needs a node there, such as a `vector(...)` in a layer's argument.
  network.repeat(made.part, (scope) => copies.get(scope) ?? scope, numberOf);
  return mapped(made.result, numberOf);
}

const isKnown = (value: Value): boolean =>
  value.kind === "tensor" ? value.value !== undefined : value.kind === "tuple" && value.items.every(isKnown);

function mapped(value: Value, numberOf: (value: ValueId) => ValueId): Value {
  if (value.kind === "tuple") return { kind: "tuple", items: value.items.map((item) => mapped(item, numberOf)) };
  return value.kind === "tensor" && value.value !== undefined ? tensor(numberOf(value.value)) : value;
}
