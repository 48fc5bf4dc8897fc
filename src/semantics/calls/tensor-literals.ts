import type { Span } from "../../diagnostics/span.js";
import { orderOf } from "../../ir/class-order.js";
import type { Context, Place } from "../context.js";
import { fit } from "../types.js";
import { unknownTensor, type Value } from "../values.js";
import { applyOpByName } from "./apply-op.js";
import { floatsIn, stringsIn } from "./records.js";
import { bindArguments, type EvaluatedArgument, type SignatureParameter } from "./signature.js";

interface TensorLiteral {
  readonly doc: string;
  readonly parameters: readonly SignatureParameter[];
}

/** Functions that make a constant tensor from numbers. */
export const tensorLiterals: Readonly<Record<string, TensorLiteral>> = {
  vector: {
    doc: "a constant float32 tensor of one axis with the numbers of a list. `labels`, in a loss: the class of each number; the numbers are put into the order of the student's classes. `weighing`: the tensor whose classes (axis 1) the numbers weight: one number per class, none negative and not all zero",
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
      {
        name: "weighing",
        type: "tensor",
        required: false,
        accept: (value) => (value.kind === "tensor" || value.kind === "unknown" ? value : undefined),
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
  if (numbers === undefined) return unknownTensor;
  const weighed = values.get("weighing");
  if (weighed !== undefined && !areWeights(context, numbers, span)) return unknownTensor;
  if (context.network === undefined) return unknownTensor;
  const isByPlace = labels === undefined || labels.length === 0;
  if (isByPlace && weighed !== undefined && !areEnough(context, numbers, weighed, span)) return unknownTensor;
  const inOrder = isByPlace ? numbers : byClass(context, numbers, labels, span);
  if (inOrder === undefined) return unknownTensor;
  return applyOpByName(context, "constant", [], here, span, { shape: [numbers.length], values: inOrder });
}

/** Whether the numbers can be class weights (as float32); problems are reported. */
function areWeights(context: Context, numbers: readonly number[], span: Span): boolean {
  const wrong = numbers.find((number) => !(Number.isFinite(Math.fround(number)) && number >= 0));
  if (wrong === undefined && numbers.some((number) => Math.fround(number) > 0)) return true;
  context.report("recipe/class-weights", { numbers, wrong }, span);
  return false;
}

/** Whether there is one number per class of the weighted tensor; reported otherwise. */
function areEnough(context: Context, numbers: readonly number[], weighed: Value, span: Span): boolean {
  const classes = context.typeOf(weighed)?.shape[1];
  if (typeof classes !== "number" || classes === numbers.length) return true;
  context.report("recipe/class-weights-count", { numbers: numbers.length, classes }, span);
  return false;
}

/** The numbers in the order of the student's classes; undefined if the names do not determine it (reported). */
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
