/** What the printed training consists of: a recipe's plan, without the run. */
import type { ThingOf } from "../../recipe/signatures.js";
import type { Schedule } from "../../step/schedules.js";
import type { PicturesFacts } from "./print-pictures.js";

/** A network of `model.py` or `teacher.py`. */
export interface NetworkModule {
  /** The Python module and the class in it. */
  readonly module: string;
  readonly className: string;
  /** Its outputs in training, in their order; and outside of training, if they are fewer. */
  readonly outputs: readonly string[];
}

/** A function of Python over `student.X`, `data.label`, `data.distribution`, `teacher.X`. */
export interface LossFunction {
  readonly name: string;
  /** The names of the graph's inputs, in the order of the function's parameters. */
  readonly inputs: readonly string[];
  readonly lines: readonly string[];
  readonly helpers: ReadonlyMap<string, readonly string[]>;
}

export interface TeacherFacts extends NetworkModule {
  readonly width: number;
  readonly height: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** For each output that the loss reads, the order of classes that it takes; undefined: as they are. */
  readonly orders: ReadonlyMap<string, readonly string[] | undefined>;
}

export interface TrainingFacts {
  /** For the first lines. */
  readonly model: string;
  readonly recipe: string;
  readonly version: string;
  readonly student: NetworkModule;
  /** Outputs of the student outside of training. */
  readonly inferenceOutputs: readonly string[];
  /** The output that predicts the class. */
  readonly output: string;
  readonly teacher: TeacherFacts | undefined;
  readonly pictures: PicturesFacts;
  readonly loss: LossFunction;
  /** The loss in evaluation, if it is another function. */
  readonly evaluationLoss: LossFunction | undefined;
  /** Whether the loss of a batch is the mean of the losses of its equal parts. */
  readonly lossIsMean: boolean;
  /** Whether the network drops at random in training. */
  readonly drops: boolean;
  readonly hasStatistics: boolean;
  readonly optimizer: ThingOf<"optimizer">;
  readonly schedule: Schedule;
  readonly lr: number;
  readonly batch: number;
  readonly epochs: number;
  readonly keepsLastBatch: boolean;
  readonly accumulate: number;
  readonly clipNorm: number | undefined;
  readonly averageDecay: number | undefined;
  readonly evaluatedBy: "single_view" | "mean_of_flips";
  readonly bestBy: "accuracy" | "mean_class_accuracy";
  readonly patience: number | undefined;
  readonly minDelta: number;
  /** Whether the recipe's table of distributions is a file of its own. */
  readonly distributionTable: boolean;
}
