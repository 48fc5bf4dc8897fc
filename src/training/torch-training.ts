/** Prints a recipe's training for PyTorch: `build --target torch --recipe NAME`. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import type { Graph } from "../ir/graph.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { type Learner, withGradients } from "../step/training-step.js";
import { printTorchFunction } from "../targets/torch/print-function.js";
import { lossIsMean } from "../targets/torch-train/loss-is-mean.js";
import { printTrainingFiles, type RecipeFile } from "../targets/torch-train/print-files.js";
import type {
  LossFunction,
  NetworkModule,
  TeacherFacts,
  TrainingFacts,
} from "../targets/torch-train/training-facts.js";
import { version } from "../version.js";
import { initialiseWeights } from "../weights/initialise.js";
import { labelMetadata } from "../weights/label-metadata.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../weights/load-weights.js";
import { distributionFile, distributionInput } from "./distributions.js";
import { planOf, type TeacherPlan, type TrainingPlan } from "./plan.js";
import { weightFile } from "./run-folder.js";
import { recordOfPlan } from "./run-record.js";
import type { RunSource } from "./run-source.js";

/** A network as a module of Python; the keys of its state are the names of lferc's slots. */
export interface PrintedNetwork {
  readonly module: string;
  readonly className: string;
}

export interface TorchTrainingRequest {
  readonly recipe: ElaboratedRecipe;
  /** Its student in inference form. */
  readonly deployed: Graph;
  readonly source: RunSource;
  readonly sourceSha256: string;
  readonly set: ReadonlyMap<string, string>;
  readonly seed: number | undefined;
  readonly weights: WeightSource | undefined;
  /** The modules that were printed of its networks. */
  readonly student: PrintedNetwork;
  readonly teacher: PrintedNetwork | undefined;
}

export type TorchTraining =
  | {
      readonly kind: "printed";
      readonly files: ReadonlyMap<string, readonly Uint8Array[]>;
      readonly account: NamesAccount | undefined;
    }
  | (Omit<RefusedWeights, "kind"> & { readonly kind: "refused" });

/** The files by name: scripts, `recipe.json`, `initial.safetensors`, requirements. */
export function printTorchTraining(request: TorchTrainingRequest): TorchTraining {
  const { recipe, deployed, seed, weights: source } = request;
  const plan = planOf(recipe, deployed, { seed });
  if (isProblem(plan)) return refused(plan);
  const wrong = notInPython(plan);
  if (wrong !== undefined) return refused(wrong);
  const { graph, found } = withGradients(plan.step);
  const begun = source === undefined ? undefined : loadWeights(plan.step.network, source);
  if (begun?.kind === "refused") return begun;
  const network = plan.step.network;
  const values = new Map([...initialiseWeights(network, plan.seed), ...(begun?.weights ?? [])]);
  const drops = graph.inputs.some(({ mask }) => mask !== undefined);
  const facts = factsOf(plan, request, { drops });
  const texts = printTrainingFiles(
    facts,
    recipeFile(plan, request, found, begun && sha256(weightFile(network, begun.weights, new Map()))),
  );
  const encoder = new TextEncoder();
  return {
    kind: "printed",
    account: begun?.account,
    files: new Map<string, readonly Uint8Array[]>([
      ...[...texts].map(([name, text]) => [name, [encoder.encode(text)]] as const),
      ["initial.safetensors", weightFile(network, values, labelMetadata(network))],
    ]),
  };
}

const refused = (found: Problem): TorchTraining => ({ kind: "refused", diagnostics: [found.diagnose({})] });

/** What a recipe may say in lferc, and a script on another machine cannot do. */
function notInPython({ recipe, folds, labels, deployed }: TrainingPlan): Problem | undefined {
  const { name } = recipe;
  if (folds > 1) return problem("recipe/not-in-torch", { recipe: name, what: "folds" });
  if (labels === undefined) return problem("recipe/not-in-torch", { recipe: name, what: "labels" });
  const given = deployed.outputs.map((output) => `student.${output.name}`);
  const read = recipe.evaluationLoss.inputs.filter((input) => input.name.startsWith("student."));
  if (read.some((input) => !given.includes(input.name)))
    return problem("recipe/not-in-torch", { recipe: name, what: "outputs" });
  return undefined;
}

function factsOf(
  plan: TrainingPlan,
  { student, teacher }: TorchTrainingRequest,
  { drops }: { readonly drops: boolean },
): TrainingFacts {
  const { recipe, picture, step, labels = [], deployed } = plan;
  const { loss, evaluationLoss } = recipe;
  const read = [loss, evaluationLoss].flatMap(({ inputs }) => inputs.map(({ name }) => name));
  const readsDistributions = read.includes(distributionInput);
  const planned = plan.teacher;
  const { width, height, mean, std } = picture;
  const names = (graph: Graph): readonly string[] => graph.outputs.map(({ name }) => name);
  return {
    model: recipe.student.name,
    recipe: recipe.name,
    version,
    student: networkOf(student, names(step.network)),
    inferenceOutputs: names(deployed),
    output: plan.output,
    teacher: planned === undefined || teacher === undefined ? undefined : teacherFacts(planned, teacher, labels),
    pictures: {
      classes: labels,
      target: { width, height, mean, std },
      seed: plan.seed,
      sampler: plan.sampler,
      augment: plan.augment,
      readsDistributions,
      teacher: planned?.picture,
    },
    loss: lossFunction(loss, "loss"),
    evaluationLoss: isSame(loss, evaluationLoss) ? undefined : lossFunction(evaluationLoss, "evaluation_loss"),
    lossIsMean: lossIsMean(loss),
    drops,
    hasStatistics: step.network.slots.some(({ role }) => role === "statistic"),
    optimizer: recipe.settings.optimizer,
    schedule: plan.schedule,
    lr: plan.lr,
    batch: plan.batch,
    epochs: plan.epochs,
    keepsLastBatch: plan.keepsLastBatch,
    accumulate: step.accumulate ?? 1,
    clipNorm: step.clipNorm,
    averageDecay: step.averageDecay,
    evaluatedBy: plan.evaluatedBy,
    bestBy: plan.bestBy,
    patience: plan.stopping.patience,
    minDelta: plan.stopping.minDelta,
    distributionTable: readsDistributions && distributionFile(plan) !== "",
  };
}

const networkOf = ({ module, className }: PrintedNetwork, outputs: readonly string[]): NetworkModule => ({
  module,
  className,
  outputs,
});

function teacherFacts(plan: TeacherPlan, printed: PrintedNetwork, classes: readonly string[]): TeacherFacts {
  const { width, height, mean, std } = plan.picture;
  const orders = plan.graph.outputs.map(({ name, labels }) => {
    const met = plan.taken.get(name);
    return [name, met === "data" ? classes : (labels ?? met)] as const;
  });
  const outputs = plan.whole.outputs.map(({ name }) => name);
  return { ...networkOf(printed, outputs), width, height, mean, std, orders: new Map(orders) };
}

/** A loss as a function: its inputs become parameters `student_logits`, `data_label`. */
function lossFunction(graph: Graph, name: string): LossFunction {
  const parameters = new Map(graph.inputs.map((input) => [input.name, input.name.replaceAll(/\W/g, "_")] as const));
  const { lines, helpers } = printTorchFunction(graph, { name, parameters });
  return { name, inputs: graph.inputs.map((input) => input.name), lines, helpers };
}

const isSame = (one: Graph, other: Graph): boolean => {
  const [a, b] = [one, other].map((graph) => lossFunction(graph, "loss").lines.join("\n"));
  return a === b;
};

function recipeFile(
  plan: TrainingPlan,
  { source, sourceSha256, set }: TorchTrainingRequest,
  found: readonly Learner[],
  weightsSha256: string | undefined,
): RecipeFile {
  const { slots } = plan.step.network;
  const names = (graph: Graph): readonly string[] => graph.slots.map(({ name }) => name);
  const groups = new Map<string, { rateScale: number; decayScale: number; parameters: string[] }>();
  for (const { slot, rateScale, decayScale } of found) {
    const key = `${rateScale} ${decayScale}`;
    const group = groups.get(key) ?? { rateScale, decayScale, parameters: [] };
    group.parameters.push(slot.name);
    groups.set(key, group);
  }
  const record = recordOfPlan({
    plan,
    sourceSha256,
    entry: source.entry,
    set,
    limit: undefined,
    teacherSha256: undefined,
    weightsSha256,
  });
  return {
    lferVersion: version,
    record,
    texts: Object.fromEntries(source.texts),
    labels: Object.fromEntries(labelMetadata(plan.deployed)),
    slots: names(plan.step.network),
    statistics: slots.flatMap(({ name, role }) => (role === "statistic" ? [name] : [])),
    weights: names(plan.deployed),
    groups: [...groups.values()],
    ...(plan.teacher === undefined ? {} : { teacher: names(plan.teacher.whole) }),
  };
}
