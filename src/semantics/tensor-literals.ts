import type { Span } from "../diagnostics/span.js";
import { applyOpByName } from "./apply-op.js";
import type { Context, Place } from "./context.js";
import { floatsIn } from "./records.js";
import { bindArguments, type EvaluatedArgument, type SignatureParameter } from "./signature.js";
import { fit } from "./types.js";
import { unknownTensor, type Value } from "./values.js";

interface TensorLiteral {
  readonly doc: string;
  readonly parameters: readonly SignatureParameter[];
}

/** Functions that make a fixed tensor of plain numbers. */
export const tensorLiterals: Readonly<Record<string, TensorLiteral>> = {
  vector: {
    doc: "the numbers of a list as a float32 tensor of one axis; it is fixed, not trained",
    parameters: [
      {
        name: "values",
        type: "[float], not empty",
        required: true,
        accept: (value) => {
          const fitted = fit(value, { list: "float" });
          return fitted?.kind === "list" && fitted.items?.length === 0 ? undefined : fitted;
        },
      },
    ],
  },
};

/** `vector([0.5, 2])`: a constant in the graph. */
export function makeTensorLiteral(
  context: Context,
  name: string,
  args: readonly EvaluatedArgument[],
  { here }: Place,
  span: Span,
): Value {
  const { values } = bindArguments(context, name, tensorLiterals[name]?.parameters ?? [], args, span);
  const numbers = floatsIn(values.get("values"));
  if (numbers === undefined || context.network === undefined) return unknownTensor;
  return applyOpByName(context, "constant", [], here, span, { shape: [numbers.length], values: numbers });
}
