import { atSize } from "../data/augment/from-recipe.js";
import { normaliseInto } from "../data/normalise.js";
import type { RgbImage } from "../data/rgb-image.js";
import { diagnose, isProblem } from "../diagnostics/diagnostic.js";
import type { Engine, Values } from "../engines/engine.js";
import { sha256 } from "../formats/digest.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import { reordered, sameClasses } from "../ir/class-order.js";
import { loadWeights, type RefusedWeights } from "../weights/load-weights.js";
import type { TeacherPlan } from "./plan.js";
import { teacherOrders } from "./teacher-classes.js";

/** A frozen network that gets the student's pixels, at its own size, with its own mean and deviation. */
export interface Teacher {
  /** `teacher.X` for each output X that the losses read, for these pictures. */
  answer(pictures: readonly RgbImage[]): Promise<ReadonlyMap<string, Values>>;
  dispose(): Promise<void>;
}

export interface OpenedTeacher {
  readonly teacher: Teacher;
  /** Digest of its file. */
  readonly sha256: string;
  /** Outputs whose classes the file has in another order than the model. */
  readonly turned: readonly string[];
}

export interface TeacherFile {
  /** Its name in messages. */
  readonly file: string;
  /** Its path. */
  readonly path: string;
}

export interface TeacherSurroundings {
  /** The classes of the data. */
  readonly classes: readonly string[];
  readonly engine: Engine;
  readonly threads: number | undefined;
}

/** The teacher with the weights of its file, or a problem. */
export async function openTeacher(
  plan: TeacherPlan,
  { file, path }: TeacherFile,
  { classes, engine, threads }: TeacherSurroundings,
): Promise<OpenedTeacher | Omit<RefusedWeights, "kind">> {
  const bytes = await readRegularFile(path);
  if (typeof bytes === "string") {
    return { diagnostics: [diagnose("train/teacher-unreadable", { file, reason: bytes })] };
  }
  // The weights stay unchanged: the outputs are permuted to the order that the loss takes.
  const loaded = loadWeights(plan.whole, { kind: "file", file, bytes, keepsOrder: true });
  if (loaded.kind === "refused") return loaded;
  const orders = teacherOrders(plan, loaded.labels, classes);
  if (isProblem(orders)) return { diagnostics: [orders.diagnose({})] };
  const evaluator = await engine.evaluator(plan.graph, { weights: loaded.weights, threads });
  if (isProblem(evaluator)) return { diagnostics: [evaluator.diagnose({})] };
  const { name, width, height, mean, std } = plan.picture;
  const inOrder = (output: string, values: Values): Values => {
    const found = orders.get(output);
    return found === undefined ? values : reordered(values, found.order, found.inner);
  };
  const teacher: Teacher = {
    answer: async (pictures) => {
      const input = new Float32Array(pictures.length * 3 * width * height);
      for (const [i, picture] of pictures.entries())
        normaliseInto(input, i, atSize(picture, plan.picture), { mean, std });
      const outputs = await evaluator.run(new Map([[name, input]]), pictures.length);
      return new Map([...outputs].map(([output, values]) => [`teacher.${output}`, inOrder(output, values)] as const));
    },
    dispose: () => evaluator.dispose(),
  };
  const turned = plan.graph.outputs.flatMap(({ name, labels }) => {
    const told = loaded.labels.get(name);
    return labels === undefined || told === undefined || sameClasses(labels, told) ? [] : [name];
  });
  return { teacher, sha256: sha256([bytes]), turned };
}
