import type { Picture } from "../../ir/graph.js";
import { formatDim } from "../../ir/shape.js";
import type { ModelDeclaration, OutputDeclaration } from "../../syntax/ast.js";
import { floatsIn, stringsIn } from "../calls/records.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import { evaluateTensorType } from "../expressions/statements.js";
import type { Scope } from "../scope.js";
import { tensor, unknownTensor, type Value } from "../values.js";

/** Creates the model's inputs and binds their names. */
export function evaluateInputs(context: Context, declaration: ModelDeclaration, scope: Scope, place: Place): void {
  for (const input of declaration.inputs) {
    const { text: name, span } = input.name;
    const type = evaluateTensorType(context, input.type, scope, place);
    const meta = input.value === undefined ? undefined : context.evaluate(input.value, scope, place);
    const isPicture =
      meta === undefined || meta.kind === "unknown" || (meta.kind === "record" && meta.sort === "picture");
    if (!isPicture && input.value !== undefined) {
      context.report(
        "type/wrong-annotation",
        { what: "an input", expected: "picture", actual: describe(meta) },
        input.value.span,
      );
    }
    const earlier = scope.ownSpan(name);
    if (earlier !== undefined) {
      context.report("resolve/duplicate-name", { name }, span, [{ message: `"${name}" is first here`, span: earlier }]);
    }
    const picture = meta?.kind === "record" ? pictureOf(context, meta, type?.shape[1]) : undefined;
    const value: Value =
      type === undefined || context.network === undefined
        ? unknownTensor
        : tensor(context.network.input({ name, ...(picture === undefined ? {} : { picture }) }, type));
    scope.bind(name, value, span);
  }
}

function pictureOf(context: Context, record: Value & { kind: "record" }, channels: unknown): Picture | undefined {
  const [mean, std] = [floatsIn(record.fields.get("mean")), floatsIn(record.fields.get("std"))];
  if (mean === undefined || std === undefined) return undefined;
  if (typeof channels === "number") {
    for (const [what, numbers] of [["mean", mean] as const, ["std", std] as const]) {
      if (numbers.length !== channels) {
        const holes = { what: `picture's ${what}`, expected: String(channels), actual: numbers.length };
        context.report("value/wrong-length", holes, record.span);
        return undefined;
      }
    }
  }
  const zero = std.find((s) => s <= 0);
  if (zero !== undefined) {
    const holes = { callee: "picture", name: "std", min: Number.MIN_VALUE, max: undefined, actual: zero };
    context.report("value/out-of-range", holes, record.span);
    return undefined;
  }
  return { mean, std };
}

/** Creates the model's outputs; outputs `in training` only for training. */
export function evaluateOutputs(context: Context, declaration: ModelDeclaration, scope: Scope, place: Place): void {
  const taken = new Set<string>();
  for (const output of declaration.outputs) {
    const meta = output.value === undefined ? undefined : context.evaluate(output.value, scope, place);
    const isLabels =
      meta === undefined || meta.kind === "unknown" || (meta.kind === "record" && meta.sort === "labels");
    if (!isLabels && output.value !== undefined) {
      context.report(
        "type/wrong-annotation",
        { what: "an output", expected: "labels", actual: describe(meta) },
        output.value.span,
      );
    }
    for (const name of output.names) {
      const value = scope.lookup(name.text);
      if (value === undefined) {
        const suggestion = context.reporter.suggest(name.text, () => scope.visibleNames());
        context.report("resolve/unknown-name", { name: name.text, isStage: false, suggestion }, name.span);
      } else if (value.kind !== "tensor" && value.kind !== "unknown") {
        context.report("type/not-a-tensor", { callee: "output", actual: describe(value) }, name.span);
      } else if (taken.has(name.text)) {
        context.report("resolve/duplicate-name", { name: name.text }, name.span);
      } else {
        taken.add(name.text);
        if (!output.inTraining || context.training === true) makeOutput(context, output, name.text, value, meta);
      }
    }
  }
}

function makeOutput(
  context: Context,
  output: OutputDeclaration,
  name: string,
  value: Value,
  meta: Value | undefined,
): void {
  if (context.network === undefined || value.kind !== "tensor" || value.value === undefined) return;
  const written = meta?.kind === "record" ? stringsIn(meta.fields.get("names")) : undefined;
  // Class names that are a parameter may still be unknown: then they come from the data.
  const labels = written?.length === 0 ? undefined : written;
  const dim = context.typeOf(value)?.shape[1];
  if (labels !== undefined && dim !== labels.length) {
    const classes = dim === undefined ? "no axis 1" : formatDim(dim);
    context.report("shape/labels-mismatch", { labels: labels.length, classes }, output.value?.span ?? output.span);
  }
  const twice = labels?.find((label, i) => labels.indexOf(label) < i);
  if (twice !== undefined) {
    context.report("lint/duplicate-label", { label: twice }, output.value?.span ?? output.span);
  }
  context.network.output({ name, value: value.value, ...(labels === undefined ? {} : { labels }) });
}
