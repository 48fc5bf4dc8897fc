import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Engine, RunningStep, Values } from "../engines/engine.js";
import type { Graph } from "../ir/graph.js";
import { drawMasks, type PlaceInRun } from "../step/masks.js";
import { trainingStep } from "../step/training-step.js";
import { initialiseWeights } from "../weights/initialise.js";
import type { TrainingPlan } from "./plan.js";

interface CompiledStep {
  readonly graph: Graph;
  readonly running: RunningStep;
}

/** One training step compiled for several batch sizes, with a shared state. */
export class SharedSteps {
  readonly #bySize: ReadonlyMap<number, CompiledStep>;
  /** The step that has the current state. */
  #holder: RunningStep;

  private constructor(bySize: ReadonlyMap<number, CompiledStep>, holder: RunningStep) {
    this.#bySize = bySize;
    this.#holder = holder;
  }

  /** Compiles the step for each size (the first is the usual one) with this state; missing slots are drawn from the seed. */
  static async compile(
    plan: TrainingPlan,
    sizes: readonly number[],
    engine: Engine,
    threads: number | undefined,
    state: ReadonlyMap<string, Values> = new Map(),
    besides?: () => number,
  ): Promise<SharedSteps | Problem> {
    const bySize = new Map<number, CompiledStep>();
    for (const batch of sizes) {
      const graph = trainingStep({ ...plan.step, batch });
      const drawn = initialiseWeights(
        { ...graph, slots: graph.slots.filter(({ name }) => !state.has(name)) },
        plan.seed,
      );
      const made = await engine.create(graph, { state: new Map([...state, ...drawn]), threads, besides });
      if (isProblem(made)) {
        for (const { running } of bySize.values()) await running.dispose();
        return made;
      }
      bySize.set(batch, { graph, running: made });
    }
    const [first] = bySize.values();
    invariant(first !== undefined, "a step for no size of batch");
    return new SharedSteps(bySize, first.running);
  }

  /** How the usual step runs, for people. */
  get description(): string {
    const [first] = this.#bySize.values();
    return first?.running.description ?? "";
  }

  /** One step on a batch of one of the sizes; dropout masks are drawn from its position in the run. */
  async run(
    inputs: ReadonlyMap<string, Values>,
    batch: number,
    place: PlaceInRun,
  ): Promise<ReadonlyMap<string, Values>> {
    const step = this.#bySize.get(batch);
    invariant(step !== undefined, `no step is compiled for a batch of ${batch}`);
    const { graph, running } = step;
    if (running !== this.#holder) {
      await running.restore(await this.#holder.state());
      this.#holder = running;
    }
    return running.run(new Map([...inputs, ...drawMasks(graph, place)]));
  }

  /** A copy of the state, by slot name. */
  state(): Promise<ReadonlyMap<string, Values>> {
    return this.#holder.state();
  }

  async dispose(): Promise<void> {
    for (const { running } of this.#bySize.values()) await running.dispose();
  }
}
