/** A recipe's loss as a graph, its classes matched by name. */
import { listLabels } from "../../diagnostics/catalogue/listed-labels.js";
import type { Related } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import { isInOrder, orderOf } from "../../ir/class-order.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { type Dim, formatShape, type Shape } from "../../ir/shape.js";
import { dataTensors, inputOfData, recipeSignatures } from "../../recipe/signatures.js";
import type { RecipeDeclaration, RecipeEntry } from "../../syntax/ast.js";
import type { Expression } from "../../syntax/ast-expressions.js";
import { applyOpByName } from "../calls/apply-op.js";
import { nowhere } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { Place } from "../context.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import { Evaluator } from "../expressions/evaluator.js";
import { Network } from "../network.js";
import type { Reporter } from "../reporter.js";
import type { Scope } from "../scope.js";
import { tensor, unknown, unknownTensor, type Value } from "../values.js";
import { judgedInstead } from "./judged-output.js";
import { type Classes, type LossClasses, lossClasses, type OwnClasses, type TakenOrder } from "./loss-classes.js";
import { reportClash } from "./recipe-classes.js";
import type { RecipeNetwork } from "./recipe-networks.js";

/** Every name that a recipe may use in addition to the language's own. */
export const things = new Map(recipeSignatures.map((signature) => [signature.name, signature]));

export interface LossSurroundings {
  readonly declaration: RecipeDeclaration;
  readonly facts: DeclarationFacts;
  readonly reporter: Reporter;
}

export interface MadeLosses {
  readonly loss: Graph;
  readonly evaluationLoss: Graph;
  /** For each `teacher.X`: the classes that the output is combined with in one of the graphs. */
  readonly taken: ReadonlyMap<string, TakenOrder>;
}

interface Networks {
  readonly student: RecipeNetwork | undefined;
  readonly teacher: RecipeNetwork | undefined;
}

/**
 * The loss as a separate graph, over the networks' outputs and the label distribution [N, C]; it is first type-checked by
 * itself.
 */
export function makeLoss(
  around: LossSurroundings,
  entry: RecipeEntry | undefined,
  parameters: { readonly typed: Scope; readonly made: Scope },
  networks: Networks,
): MadeLosses | undefined {
  if (entry === undefined) return undefined;
  const { facts, reporter } = around;
  const before = reporter.errorCount;
  const typed = new Evaluator(reporter, facts, { things });
  const type = evaluateLoss(around, typed, entry.value, parameters.typed, networks);
  if (type.kind !== "tensor" && type.kind !== "unknown") {
    typed.report("recipe/loss-not-scalar", { actual: describe(type) }, entry.value.span);
  }
  const { student, teacher } = networks;
  const isConcrete = student?.model !== undefined && (teacher === undefined || teacher.model !== undefined);
  if (reporter.errorCount > before || !isConcrete) return undefined;
  const make = (training: boolean): (LossClasses & { readonly graph: Graph }) | undefined => {
    const graph = lossGraph(around, training, entry.value, networks, (evaluator) =>
      evaluateLoss(around, evaluator, entry.value, parameters.made, networks),
    );
    return graph === undefined ? undefined : { graph, ...lossClasses(graph, classesOf(networks), ownOf(networks)) };
  };
  const loss = make(true);
  const evaluation = loss === undefined ? undefined : make(false);
  if (loss === undefined || evaluation === undefined) return undefined;
  for (const clash of [...loss.clashes, ...evaluation.clashes]) {
    reportClash(reporter, clash, { loss: entry.value.span, student, teacher });
  }
  const graph = student?.model?.graph;
  const instead = graph === undefined ? undefined : judgedInstead(loss.graph, graph);
  if (graph !== undefined && instead !== undefined && reporter.errorCount === before) {
    const [first] = graph.outputs.map(({ name }) => name);
    const holes = { model: graph.name, first: first ?? "", instead };
    reporter.report("recipe/judged-output-untaught", holes, entry.value.span);
  }
  const taken = new Map([...evaluation.taken, ...loss.taken]);
  return { loss: loss.graph, evaluationLoss: evaluation.graph, taken };
}

/** The loss of known networks; inputs that it does not read are removed. */
function lossGraph(
  { declaration, facts, reporter }: LossSurroundings,
  training: boolean,
  { span }: Expression,
  networks: Networks,
  evaluate: (evaluator: Evaluator) => Value,
): Graph | undefined {
  const network = new Network(`${declaration.name.text}.loss`);
  const own = ownOf(networks)?.classes;
  const classes = own?.kind === "named" ? own.labels : "unnamed";
  const evaluator = new Evaluator(reporter, facts, {
    things,
    network,
    training,
    classes,
    inside: otherCount(networks) ?? firstCount(networks),
  });
  const value = evaluate(evaluator);
  const shape: Shape | undefined = evaluator.typeOf(value)?.shape;
  if (value.kind !== "tensor" || value.value === undefined || shape === undefined) return undefined;
  if (shape.length > 0) {
    evaluator.report("recipe/loss-not-scalar", { actual: `a tensor of shape ${formatShape(shape)}` }, span);
    return undefined;
  }
  network.output({ name: "loss", value: value.value });
  return network.finish({ dropUnreadInputs: true });
}

function evaluateLoss(
  { declaration }: LossSurroundings,
  evaluator: Evaluator,
  expression: Expression,
  parameters: Scope,
  networks: Networks,
): Value {
  const scope = parameters.inner();
  const declared = new Set(declaration.entries.map(({ name }) => name.text));
  const { span } = expression;
  const place = nowhere();
  const record = (name: string, fields: ReadonlyMap<string, Value>): Value => ({
    kind: "record",
    sort: name,
    name,
    fields,
    span,
  });
  for (const name of ["student", "teacher"] as const) {
    const made = networks[name];
    // Its errors are already reported.
    if (made === undefined && declared.has(name)) scope.bind(name, unknown, span);
    if (made === undefined) continue;
    const fields = made.outputs.map(
      ({ text }) => [text, outputTensor(evaluator, `${name}.${text}`, made, text, networks, { place, span })] as const,
    );
    scope.bind(name, record(name, new Map(fields)), span);
  }
  const { network } = evaluator;
  const targets = dataTensors.map(
    (name) => [name, network === undefined ? unknownTensor : targetTensor(network, name, networks)] as const,
  );
  scope.bind("data", record("data", new Map(targets)), span);
  return evaluator.evaluate(expression, scope, place);
}

/**
 * An output of a network as an input of the loss: its classes are permuted to the order of an earlier output with the same
 * classes.
 */
function outputTensor(
  evaluator: Evaluator,
  input: string,
  made: RecipeNetwork,
  name: string,
  networks: Networks,
  { place, span }: { readonly place: Place; readonly span: Span },
): Value {
  const { network } = evaluator;
  const output = made.model?.graph.outputs.find((candidate) => candidate.name === name);
  const type = output === undefined ? undefined : made.model?.graph.types[output.value];
  if (network === undefined || type === undefined) return unknownTensor;
  const value = tensor(network.input({ name: input }, type));
  const classes = classesOf(networks);
  const own = classes.get(input);
  if (own?.kind !== "named") return value;
  for (const earlier of classes.values()) {
    const order = earlier.kind === "named" ? orderOf(own.labels, earlier.labels) : undefined;
    if (order === undefined) continue;
    if (isInOrder(order)) return value;
    const { here } = place;
    const parts = runsOf(order).map(([from, to]) =>
      applyOpByName(evaluator, "slice", [value], here, span, { axis: 1, from, to }),
    );
    return applyOpByName(evaluator, "concat", parts, here, span, { axis: 1 });
  }
  return value;
}

/** A note for errors in the loss: the teacher has more or fewer classes than the student. */
function otherCount({ student, teacher }: Networks): Related | undefined {
  const own = student?.model?.graph.outputs[0];
  const other = teacher?.model?.graph.outputs.find(
    ({ labels }) => labels !== undefined && labels.length !== own?.labels?.length,
  );
  if (teacher === undefined || own?.labels === undefined || other?.labels === undefined) return undefined;
  const lists = [
    `teacher.${other.name} has the classes ${listLabels(other.labels)}`,
    `student.${own.name} ${listLabels(own.labels)}`,
  ];
  return { message: lists.join(", "), span: teacher.span };
}

/** The same if an output of the student has another number of entries than its first one, which has the data's classes. */
function firstCount({ student }: Networks): Related | undefined {
  const { graph } = student?.model ?? {};
  if (student === undefined || graph === undefined) return undefined;
  const counts = graph.outputs.map(({ value }) => typeOf(graph, value).shape[1]);
  const [first, ...others] = counts;
  if (others.every((count) => count === first)) return undefined;
  const name = graph.outputs[0]?.name ?? "";
  return { message: `data.label has the ${first} classes of the student's first output, ${name}`, span: student.span };
}

/** The order as ranges [from, to) of consecutive indices. */
function runsOf(order: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const from of order) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === from) last[1] = from + 1;
    else runs.push([from, from + 1]);
  }
  return runs;
}

/** `data.label` and `data.distribution`: float32 [N, C] each; C is the size of axis 1 of the student's first output. */
function targetTensor(network: Network, name: (typeof dataTensors)[number], { student }: Networks): Value {
  const first = student?.model?.graph.outputs[0];
  const shape = first === undefined ? undefined : student?.model?.graph.types[first.value]?.shape;
  const [batch, classes] = shape ?? [];
  if (batch === undefined || classes === undefined) return unknownTensor;
  const dims: readonly Dim[] = [batch, classes];
  return tensor(network.input({ name: inputOfData(name) }, { dtype: "float32", shape: dims }));
}

/** The labels of the student's first output, which are the data's. */
function ownOf({ student }: Networks): OwnClasses | undefined {
  const graph = student?.model?.graph;
  const [first] = graph?.outputs ?? [];
  if (graph === undefined || first === undefined) return undefined;
  const [, count] = typeOf(graph, first.value).shape;
  if (typeof count !== "number") return undefined;
  const { labels } = first;
  return { classes: labels === undefined ? { kind: "data" } : { kind: "named", of: "data.label", labels }, count };
}

/** By the inputs of the loss, the student's first. */
function classesOf(networks: Networks): ReadonlyMap<string, Classes> {
  const own = ownOf(networks)?.classes;
  const classes = new Map<string, Classes>();
  const { student, teacher } = networks;
  for (const [i, { name, labels }] of (student?.model?.graph.outputs ?? []).entries()) {
    const of = `student.${name}`;
    if (labels !== undefined) classes.set(of, { kind: "named", of, labels });
    else if (i > 0) classes.set(of, { kind: "open", output: of });
    else if (own !== undefined) classes.set(of, own);
  }
  if (own !== undefined) for (const name of dataTensors) classes.set(inputOfData(name), own);
  for (const { name, labels } of teacher?.model?.graph.outputs ?? []) {
    const of = `teacher.${name}`;
    classes.set(of, labels === undefined ? { kind: "frozen", outputs: [of] } : { kind: "named", of, labels });
  }
  return classes;
}
