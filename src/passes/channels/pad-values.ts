/** Which values padded channels take, where an op goes channel by channel: they must be finite. */
import { type Node, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import { bindShape, elementCount } from "../../ir/shape.js";
import type { Tensor } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import type { Each } from "./roles.js";
import type { Flow } from "./strands.js";

/** Values that stand for any finite number. */
const anyValue: ReadonlySet<number> = new Set([-1e18, -1, 0, 1, 1e18]);
const mostValues = 6;
const zero: ReadonlySet<number> = new Set([0]);

/** Entries of weights for padded channels: no rule of an op makes them infinite. */
export const padOfOperand = 1;

/** Parts of the graph in which a padded channel might not be finite. */
export function findUnsafeParts({ graph, roles, parts }: Flow): ReadonlySet<number> {
  const unsafe = new Set<number>();
  const known = new Map<ValueId, ReadonlySet<number>>();
  const cut = (values: Iterable<number>): ReadonlySet<number> => {
    const set = new Set(values);
    return set.size > mostValues ? anyValue : set;
  };
  for (const [at, node] of graph.nodes.entries()) {
    const role = roles[at];
    const [result] = node.outputs as readonly [ValueId];
    if (role === undefined || role.kind === "natural" || !parts.isFree(result)) continue;
    const valuesOf = (inputs: readonly number[]): Iterable<number> =>
      inputs.flatMap((input) => [...(known.get(node.inputs[input] as ValueId) ?? zero)]);
    let values: ReadonlySet<number> = zero;
    if (role.kind === "taken") values = cut(valuesOf(node.inputs.map((_, i) => i)));
    if (role.kind === "each" && role.use.kind === "free") {
      values = eachValues({ graph, node, role, known }, cut(valuesOf(role.carried)), cut);
      if (![...values].every((value) => Number.isFinite(Math.fround(value)))) unsafe.add(parts.partOf(result));
    }
    for (const value of node.outputs) known.set(value, values);
  }
  return unsafe;
}

const isZero = (values: ReadonlySet<number>): boolean => [...values].every((value) => value === 0);

interface Site {
  readonly graph: Flow["graph"];
  readonly node: Node;
  readonly role: Each;
  readonly known: ReadonlyMap<ValueId, ReadonlySet<number>>;
}

function eachValues(
  site: Site,
  all: ReadonlySet<number>,
  cut: (values: Iterable<number>) => ReadonlySet<number>,
): ReadonlySet<number> {
  const { graph, node } = site;
  const cellsOf = (values: readonly ValueId[]): number =>
    values.reduce((sum, value) => sum + elementCount(bindShape(typeOf(graph, value).shape, 1)), 0);
  switch (findOp(node.op)?.family) {
    case "movement":
    case "joining":
      // No other values, unless there are more cells than before: those around a map.
      return cellsOf(node.outputs) <= cellsOf(node.inputs) ? all : anyValue;
    case "pooling":
    case "resizing":
    case "reduction":
      return isZero(all) ? zero : anyValue;
    default:
      return isCellByCell(site) ? cellValues(site, cut) : anyValue;
  }
}

/** Whether every element depends on those at the same place only. */
function isCellByCell({ graph, node }: Site): boolean {
  const moves = findOp(node.op)?.spatial(typesOf(graph, node.inputs), typesOf(graph, node.outputs), node.attributes);
  if (moves === undefined || moves === "same order" || node.outputs.length > 1) return false;
  return moves.every((along, input) => {
    const { shape } = typeOf(graph, node.inputs[input] as ValueId);
    return along.every(({ to, seen, step }, axis) => (to === undefined ? shape[axis] === 1 : seen === 1 && step === 1));
  });
}

/** The op's own rule on single cells, for each combination of values. */
function cellValues(
  { graph, node, role, known }: Site,
  cut: (values: Iterable<number>) => ReadonlySet<number>,
): ReadonlySet<number> {
  const options = node.inputs.map((value, input): readonly number[] => {
    if (role.carried.includes(input)) return [...(known.get(value) ?? zero)];
    return role.fixed.some((each) => each.input === input) ? [padOfOperand] : [...anyValue];
  });
  let rows: readonly (readonly number[])[] = [[]];
  for (const each of options) rows = rows.flatMap((row) => each.map((value) => [...row, value]));
  const results = rows.map((row) => {
    const cells = row.map((value, input): Tensor => {
      const { shape } = typeOf(graph, node.inputs[input] as ValueId);
      return { shape: shape.map(() => 1), data: Float64Array.of(value) };
    });
    return findOp(node.op)?.evaluate(cells, node.attributes)[0]?.data[0] ?? Number.NaN;
  });
  return cut(results);
}
