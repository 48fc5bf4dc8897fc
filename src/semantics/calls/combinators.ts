import type { Span } from "../../diagnostics/span.js";
import type { Context } from "../context.js";
import { fit, formatType } from "../types.js";
import { layer, type NamedLayer, type Type, type Value } from "../values.js";
import { checkRepeats } from "./apply-layer.js";
import { bindArguments, type EvaluatedArgument, type SignatureParameter } from "./signature.js";

const parameter = (name: string, type: Type, required = true): SignatureParameter => ({
  name,
  type: formatType(type),
  required,
  accept: (value) => fit(value, type),
});

interface Combinator {
  readonly doc: string;
  readonly parameters: readonly SignatureParameter[];
}

/** Functions from layers to layers. */
export const combinators: Readonly<Record<string, Combinator>> = {
  repeat: {
    doc: "the layer `count` times, one after the other, each with its own weights",
    parameters: [parameter("count", "int"), parameter("layer", "layer")],
  },
  grid: {
    doc: "cuts the map into rows x columns equal cells, applies the layer to each with its own weights, and joins the results",
    parameters: [parameter("rows", "int"), parameter("columns", "int"), parameter("layer", "layer")],
  },
  residual: {
    doc: "the layer's output plus the input, or plus the output of `shortcut`",
    parameters: [parameter("layer", "layer"), parameter("shortcut", "layer", false)],
  },
  parallel: {
    doc: "applies every layer to the same input; gives all results, in order",
    parameters: [parameter("layers", { list: "layer" })],
  },
};

export const combinatorNames: readonly string[] = Object.keys(combinators);

/** `repeat(n, layer)`, `grid(rows, columns, layer)`, `residual(layer)`, `parallel([layers])`: layers from layers. */
export function makeCombinator(context: Context, name: string, args: readonly EvaluatedArgument[], span: Span): Value {
  const { values, spans } = bindArguments(context, name, combinators[name]?.parameters ?? [], args, span);
  const part = (key: string): NamedLayer => {
    const value = values.get(key);
    return asPart(value?.kind === "layer" ? value : layer({ kind: "opaque" }), spans.get(key) ?? span);
  };
  const count = (key: string, min: number): number | undefined => {
    const value = values.get(key);
    if (value?.kind !== "int" || value.value === undefined) return undefined;
    const at = spans.get(key) ?? span;
    if (value.value >= min) return checkRepeats(context, value.value, at) ? value.value : undefined;
    context.report("value/out-of-range", { callee: name, name: key, min, max: undefined, actual: value.value }, at);
    return undefined;
  };
  switch (name) {
    case "repeat":
      return layer({ kind: "repeat", count: count("count", 0), body: part("layer") });
    case "grid":
      return layer({ kind: "grid", rows: count("rows", 1), columns: count("columns", 1), body: part("layer"), span });
    case "residual": {
      const shortcut = values.has("shortcut") ? part("shortcut") : undefined;
      return layer({ kind: "residual", body: part("layer"), shortcut, span });
    }
    default: {
      const list = values.get("layers");
      if (list?.kind !== "list" || list.items === undefined) return layer({ kind: "parallel", branches: undefined });
      const branches = list.items.map((item) => asPart(item, spans.get("layers") ?? span));
      return branches.length === 0
        ? context.report(
            "value/out-of-range",
            { callee: name, name: "layers", min: 1, max: undefined, actual: 0 },
            span,
          )
        : layer({ kind: "parallel", branches });
    }
  }
}

/** A layer value as a part without a name. */
export function asPart(value: Value, span: Span): NamedLayer {
  if (value.kind === "layer") return { layer: value.layer, label: undefined, span: layerSpan(value, span) };
  return { layer: { kind: "opaque" }, label: undefined, span };
}

function layerSpan(value: Value & { kind: "layer" }, fallback: Span): Span {
  return "span" in value.layer ? value.layer.span : fallback;
}
