/** A node in the words of the language: the name of its layer, and its arguments. */
import { isProblem } from "../diagnostics/diagnostic.js";
import type { Attributes } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";
import { fromSignedSizes } from "../ops/signed-sizes.js";
import type { AnySurface, Parameter } from "../ops/surface.js";

export type Plain = number | boolean | string | readonly Dim[];

/** One application of an op in the network. */
export interface Site {
  readonly op: string;
  readonly attributes: Attributes;
  /** Its tensors, without weights. */
  readonly inputs: readonly TensorType[];
}

export interface LayerWords {
  readonly surface: AnySurface;
  /** All arguments, also those that have their default; a computed one that has no attribute of its own may be absent. */
  readonly args: Readonly<Record<string, Plain | undefined>>;
}

const keyOf = (attributes: object): string =>
  JSON.stringify(
    Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value),
  );

/** Whether these arguments make the node. */
export function makes(surface: AnySurface, args: Readonly<Record<string, Plain | undefined>>, site: Site): boolean {
  const found = surface.resolve(args as Parameters<typeof surface.resolve>[0], site.inputs);
  return !isProblem(found) && keyOf(found) === keyOf(site.attributes);
}

/** The attribute that a parameter sets, by its name or by a longer one. */
function attributeOf(name: string, attributes: Attributes): Attributes[string] | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name];
  const longer = Object.keys(attributes).find((each) => each.startsWith(name));
  return longer === undefined ? undefined : attributes[longer];
}

function argumentOf(name: string, { kind }: Parameter, attributes: Attributes): Plain | undefined {
  const value = attributeOf(name, attributes);
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) return undefined;
  return kind === "shape" && typeof value === "object" ? fromSignedSizes(value) : value;
}

const withoutArgument = { ints: undefined, bools: [false, true] } as const;

/** The words for a node; undefined if the language has none. */
export function layerWords(site: Site): LayerWords | undefined {
  const own = findOp(site.op)?.surfaces ?? [];
  for (const surface of own) {
    if (surface.isFor?.(site.attributes, site.inputs) === false) continue;
    const given: Record<string, Plain | undefined> = {};
    const open: string[] = [];
    for (const [name, parameter] of Object.entries(surface.parameters)) {
      given[name] = argumentOf(name, parameter, site.attributes);
      if (given[name] === undefined && parameter.computed === undefined) {
        given[name] = parameter.default as Plain | undefined;
        if (parameter.kind === "bool") open.push(name);
      }
    }
    const choices = open.length === 0 ? [{}] : withoutArgument.bools.map((value) => ({ [open[0] as string]: value }));
    for (const choice of choices) {
      const args = { ...given, ...choice };
      if (makes(surface, args, site)) return { surface, args };
    }
    // What has no attribute may still follow from the others, or from nothing.
    for (const name of Object.keys(given)) {
      if (surface.parameters[name]?.computed === undefined) continue;
      for (const choice of choices) {
        const args = { ...given, ...choice, [name]: withoutArgument.ints };
        if (makes(surface, args, site)) return { surface, args };
      }
    }
  }
  return undefined;
}

/** The arguments that need not be written for any of these sites. */
export function omitted(
  surface: AnySurface,
  sites: readonly { readonly site: Site; readonly args: LayerWords["args"] }[],
): ReadonlySet<string> {
  const without = new Set<string>();
  for (const [name, parameter] of Object.entries(surface.parameters)) {
    if (!("default" in parameter) && parameter.computed === undefined) continue;
    const fits = sites.every(({ site, args }) => {
      const left: Record<string, Plain | undefined> = { ...args };
      for (const other of [...without, name]) left[other] = surface.parameters[other]?.default as Plain | undefined;
      return makes(surface, left, site);
    });
    if (fits) without.add(name);
  }
  return without;
}

const dimText = (dim: Dim): string => {
  if (typeof dim === "number") return numberText(dim);
  return dim.batch === 1 ? "N" : `${dim.batch} * N`;
};

export const numberText = (value: number): string => (Object.is(value, -0) ? "0" : String(value));

/** A value as the language writes it. */
export function plainText(value: Plain, { kind }: Pick<Parameter, "kind">): string {
  if (typeof value === "number") return kind === "float" && Number.isInteger(value) ? `${value}.0` : numberText(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return String(value);
  const texts = value.map(dimText);
  if (kind === "size") return texts[0] === texts[1] ? (texts[0] ?? "") : `(${texts.join(", ")})`;
  if (kind === "ints" && texts.length === 4 && new Set(texts).size === 1) return texts[0] ?? "";
  if (kind === "ints" && texts.length === 4 && texts[0] === texts[2] && texts[1] === texts[3])
    return `(${texts[0]}, ${texts[1]})`;
  return `[${texts.join(", ")}]`;
}
