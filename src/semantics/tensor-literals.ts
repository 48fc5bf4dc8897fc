import type { Span } from "../diagnostics/span.js";
import { orderOf } from "../ir/class-order.js";
import { applyOpByName } from "./apply-op.js";
import type { Context, Place } from "./context.js";
import { floatsIn, stringsIn } from "./records.js";
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
    doc: "the numbers of a list as a float32 tensor of one axis; it is fixed, not trained. `labels`, in a loss: whose number is whose; they come in the order of the student's classes",
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
      {
        name: "labels",
        type: "[string]",
        required: false,
        accept: (value) => fit(value, { list: "string" }),
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
  const labels = stringsIn(values.get("labels"));
  if (numbers === undefined || context.network === undefined) return unknownTensor;
  const inOrder = labels === undefined || labels.length === 0 ? numbers : byClass(context, numbers, labels, span);
  if (inOrder === undefined) return unknownTensor;
  return applyOpByName(context, "constant", [], here, span, { shape: [numbers.length], values: inOrder });
}

/** The numbers in the order of the student's classes; undefined where the names do not say it (reported). */
function byClass(
  context: Context,
  numbers: readonly number[],
  labels: readonly string[],
  span: Span,
): readonly number[] | undefined {
  const { classes } = context;
  if (classes === undefined) context.report("recipe/labels-outside-loss", {}, span);
  else if (classes === "unnamed") context.report("recipe/list-without-labels", {}, span);
  else if (labels.length !== numbers.length) {
    context.report("recipe/list-labels", { numbers: numbers.length, labels: labels.length }, span);
  } else {
    const order = orderOf(labels, classes);
    if (order !== undefined) return order.map((from) => numbers[from] as number);
    const [left, right] = [
      { of: "the list", labels },
      { of: "the student", labels: classes },
    ];
    context.report("recipe/classes-differ", { left, right, frozen: undefined }, span);
  }
  return undefined;
}
