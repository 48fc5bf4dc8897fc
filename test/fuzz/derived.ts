/** Calls of the ops that no other file of this folder generates, derived from the declarations of their surfaces. */
import { readFileSync } from "node:fs";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { TensorType } from "../../src/ir/shape.js";
import type { OpFamily } from "../../src/ops/contracts.js";
import { type SurfaceEntry, surfaces } from "../../src/ops/registry.js";
import type { Parameter } from "../../src/ops/surface.js";
import { type Draw, drawOf } from "./draw.js";
import type { Sizes } from "./stages.js";

/** A call after an arrow, and its result. */
export interface DerivedCall {
  readonly inputs: number;
  readonly text: string;
  readonly sizes: Sizes;
  readonly isBool: boolean;
}

const makers = ["network.ts", "stages.ts"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join("");

/** These are written as operators if the values allow it. */
const byOperators: readonly OpFamily[] = ["arithmetic", "comparison", "logic"];

const derived = [...surfaces.values()].filter(
  ({ op, surface }) => !byOperators.includes(op.family) && !new RegExp(`\\b${surface.name}\\b`).test(makers),
);

/** An argument for a parameter; undefined if it is left out, or no value is known. */
function argumentFor(draw: Draw, name: string, { kind, min, max, ...more }: Parameter, rank: number) {
  if (kind === "bool") return draw.chance(0.5);
  const isRequired = !("default" in more) && more.computed === undefined;
  if (!isRequired && draw.chance(0.5)) return undefined;
  if (name === "axis") return draw.int(1, rank - 1);
  // The first entries, twice each: they are there whatever the sizes.
  if (kind === "ints" && isRequired) return [min ?? 0, min ?? 0];
  if (kind === "int") return draw.int(min ?? 1, Math.min(max ?? 4, (min ?? 1) + 3));
  return kind === "float" ? Math.max(min ?? 0.25, Math.min(max ?? 2, draw.int(1, 8) / 4)) : undefined;
}

function callOf({ op, surface }: SurfaceEntry, draw: Draw, [times = 1, ...rest]: Sizes): DerivedCall | undefined {
  if (surface.inputs === "many") return undefined;
  const type: TensorType = { dtype: "float32", shape: [{ batch: times }, ...rest] };
  const given = Object.entries(surface.parameters).map(
    ([name, parameter]) => [name, parameter, argumentFor(draw, name, parameter, rest.length + 1)] as const,
  );
  const written = given.flatMap(([name, { kind }, value]) => {
    if (value === undefined) return [];
    const shown = Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
    return [`${name}: ${kind === "float" && Number.isInteger(value) ? `${shown}.0` : shown}`];
  });
  const args = Object.fromEntries(given.map(([name, parameter, value]) => [name, value ?? parameter.default]));
  const types = surface.inputs.map(() => type);
  const attributes = surface.resolve(args as Parameters<typeof surface.resolve>[0], types);
  const results = isProblem(attributes) ? attributes : op.inferTypes(types, attributes);
  const [result, ...others] = isProblem(results) ? [] : results;
  if (result === undefined || others.length > 0) return undefined;
  const sizes = result.shape.map((dim) => (typeof dim === "number" ? dim : dim.batch));
  const text = written.length === 0 ? surface.name : `${surface.name}(${written.join(", ")})`;
  return { inputs: types.length, text, sizes, isBool: result.dtype === "bool" };
}

/** About half of these ops, each decided by its own random number: a new op changes nothing else in a seed's network. */
export function* derivedCalls(seed: number, sizesNow: () => Sizes): Generator<DerivedCall> {
  for (const entry of derived) {
    const draw = drawOf(seed, `fuzz ${entry.surface.name}`);
    const call = draw.chance(0.5) ? callOf(entry, draw, sizesNow()) : undefined;
    if (call !== undefined) yield call;
  }
}
