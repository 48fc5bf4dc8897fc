import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { trainingStep } from "../step/training-step.js";
import { initialiseWeights } from "../weights/initialise.js";
import type { Engine, RunningStep, Values } from "./engines/engine.js";
import type { TrainingPlan } from "./plan.js";

/** One training step compiled for several sizes of batch, all going on with one state. */
export class SharedSteps {
  readonly #bySize: ReadonlyMap<number, RunningStep>;
  /** The one that holds the state as it is now. */
  #holder: RunningStep;

  private constructor(bySize: ReadonlyMap<number, RunningStep>, holder: RunningStep) {
    this.#bySize = bySize;
    this.#holder = holder;
  }

  /** Compiles the step for each size (the first is the usual one), with this state or the one that the seed draws. */
  static async compile(
    plan: TrainingPlan,
    sizes: readonly number[],
    engine: Engine,
    threads: number | undefined,
    state?: ReadonlyMap<string, Values>,
  ): Promise<SharedSteps | Problem> {
    const bySize = new Map<number, RunningStep>();
    for (const batch of sizes) {
      const graph = trainingStep({ ...plan.step, batch });
      const made = await engine.create(graph, { state: state ?? initialiseWeights(graph, plan.seed), threads });
      if (isProblem(made)) {
        for (const other of bySize.values()) await other.dispose();
        return made;
      }
      bySize.set(batch, made);
    }
    const [first] = bySize.values();
    invariant(first !== undefined, "a step for no size of batch");
    return new SharedSteps(bySize, first);
  }

  /** How the usual step is run, for people. */
  get description(): string {
    const [first] = this.#bySize.values();
    return first?.description ?? "";
  }

  async run(inputs: ReadonlyMap<string, Values>, batch: number): Promise<ReadonlyMap<string, Values>> {
    const step = this.#bySize.get(batch);
    invariant(step !== undefined, `no step is compiled for a batch of ${batch}`);
    if (step !== this.#holder) {
      await step.restore(await this.#holder.state());
      this.#holder = step;
    }
    return step.run(inputs);
  }

  /** A copy of the state, by slot name. */
  state(): Promise<ReadonlyMap<string, Values>> {
    return this.#holder.state();
  }

  async dispose(): Promise<void> {
    for (const step of this.#bySize.values()) await step.dispose();
  }
}
