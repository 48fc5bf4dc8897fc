/** Checks of a recipe that need its student's graph. */
import type { Span } from "../../diagnostics/span.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { Graph } from "../../ir/graph.js";
import { withoutVariance } from "../../ops/batch-statistics.js";
import type { RecipeSettings, ThingOf } from "../../recipe/signatures.js";
import type { Expression } from "../../syntax/ast-expressions.js";
import type { Reporter } from "../reporter.js";
import { checkData } from "./recipe-data-checks.js";

/** Names that a training step has in addition to the network's inputs and outputs (step/). */
const ofStep = { input: "learning_rate", output: "loss" } as const;

/** Checks the settings against the network that they are for; `at` is where the recipe names it. */
export function checkAgainstStudent(
  student: Graph,
  { data, optimizer, train: run }: Partial<RecipeSettings>,
  reporter: Reporter,
  at: Span,
): void {
  for (const [what, names] of [["input", student.inputs] as const, ["output", student.outputs] as const]) {
    const name = ofStep[what];
    if (names.some((own) => own.name === name)) {
      reporter.report("recipe/name-taken", { name, model: student.name, what }, at);
    }
  }
  checkData(student, data, reporter);
  if (optimizer !== undefined) checkPaths(student, optimizer, reporter);
  if (optimizer?.name === "sgd" && optimizer.fields.nesterov && optimizer.fields.momentum === 0)
    reporter.report("recipe/nesterov-without-momentum", {}, optimizer.span);
  if (run === undefined) return;
  const { batch } = run.fields;
  const [lone] = withoutVariance(student, batch);
  if (lone === undefined) return;
  const related = lone.span === undefined ? [] : [{ message: `"${lone.path}" is here`, span: lone.span }];
  reporter.report("recipe/one-value-per-channel", { path: lone.path, batch }, run.span, related);
}

/** Reports a table of distributions that the loss, for any parameters, does not read. */
export function checkDistributions(
  data: ThingOf<"data"> | undefined,
  loss: Expression | undefined,
  reporter: Reporter,
): void {
  if (data === undefined || loss === undefined || data.fields.distributions === "") return;
  if (!readsDistribution(loss)) reporter.report("recipe/distributions-unread", {}, data.span);
}

/** Iterative: a sum may have any number of terms. */
function readsDistribution(loss: Expression): boolean {
  const waiting: object[] = [loss];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const { kind, target, field } = part as { kind?: string; target?: Expression; field?: { text: string } };
    const isOfData = target?.kind === "NameExpression" && target.name.text === "data";
    if (kind === "FieldExpression" && field?.text === "distribution" && isOfData) return true;
    for (const child of Object.values(part)) if (typeof child === "object" && child !== null) waiting.push(child);
  }
  return false;
}

/** The paths for which an optimiser has separate settings. */
function checkPaths(student: Graph, optimizer: ThingOf<"optimizer">, reporter: Reporter): void {
  const parameters = student.slots.filter(({ role }) => role === "parameter").map(({ name }) => name);
  const { freeze, groups } = optimizer.fields;
  const places = [
    ...freeze.map((path) => ({ path, span: optimizer.span })),
    ...groups.map(({ fields, span }) => ({ path: fields.at, span })),
  ];
  for (const { path, span } of places) {
    if (parameters.some((name) => name === path || name.startsWith(`${path}.`))) continue;
    const known = [...new Set(parameters.flatMap(prefixesOf))];
    const outermost = known.filter((prefix) => !prefix.includes("."));
    const holes = { path, model: student.name, known: outermost.join(", "), suggestion: suggest(path, known) };
    reporter.report("recipe/unknown-path", holes, span);
  }
}

/** `a.b.weight`: `a`, `a.b`, `a.b.weight`. */
function prefixesOf(name: string): readonly string[] {
  const parts = name.split(".");
  return parts.map((_, i) => parts.slice(0, i + 1).join("."));
}
