/** Runs in this process that learn nothing: everything of a run except the arithmetic, in a few milliseconds. */

import { reportEpoch, reportRun } from "../../src/cli/run-report.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Engine, Values } from "../../src/engines/engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { compileText } from "../../src/testing/compile-text.js";
import { trainRun } from "../../src/training/run.js";
import { claimRun } from "../../src/training/run-claim.js";
import type { Circumstances } from "../../src/training/run-record.js";
import type { RunEvents, RunRequest, RunResult } from "../../src/training/run-request.js";
import { type SmallRecipe, smallSource } from "./small-course.js";

/** The slot whose first number counts the steps; initially 0. */
const counter = "a.batch_norm_1.bias";

/** The requests to an engine. */
export interface Asked {
  readonly threads: (number | undefined)[];
}

/** An engine whose step counts itself in its state; the loss decreases with the epochs. */
export function stillEngine(asked: Asked = { threads: [] }): Engine {
  const counterOf = (state: ReadonlyMap<string, Values>): number => state.get(counter)?.[0] ?? 0;
  const answers = (graph: Graph, batch: number, count: number): ReadonlyMap<string, Values> =>
    new Map(
      graph.outputs.map(({ name }) => [
        name,
        name === "loss" ? Float32Array.of(1 / (2 + Math.abs(count))) : new Float32Array(3 * batch),
      ]),
    );
  return {
    name: "still",
    needs: "",
    runsOnProcessor: true,
    found: async () => ({ version: "1", device: "none" }),
    create: async (step, options) => {
      asked.threads.push(options.threads);
      let state = new Map([...options.state].map(([name, values]) => [name, values.slice()]));
      return {
        description: "still",
        run: async () => {
          const bias = state.get(counter);
          if (bias !== undefined) bias[0] = counterOf(state) + 1;
          return answers(step, 6, counterOf(state));
        },
        state: async () => new Map([...state].map(([name, values]) => [name, values.slice()])),
        restore: async (other) => {
          state = new Map([...other].map(([name, values]) => [name, values.slice()]));
        },
        dispose: async () => undefined,
      };
    },
    evaluator: async (graph, { weights, threads }) => {
      asked.threads.push(threads);
      return { run: async (_, batch) => answers(graph, batch, counterOf(weights)), dispose: async () => undefined };
    },
  };
}

/** Circumstances with a fixed start time. */
export const stillCircumstances: Circumstances = {
  commandLine: ["train", "m.lfer"],
  commit: undefined,
  engineVersion: undefined,
  sharpVersion: undefined,
  now: () => new Date(0),
};

export interface StillRun
  extends Partial<Pick<RunRequest, "epochs" | "seed" | "threads" | "resume" | "engine" | "circumstances">> {
  readonly recipe?: SmallRecipe;
  readonly events?: Partial<RunEvents>;
}

const made = new Map<string, ReturnType<typeof compileText>>();

const codesOf = (result: RunResult): readonly string[] =>
  result.kind === "failed" ? result.diagnostics.map(({ code }) => code) : [];

export interface StillResult {
  readonly result: RunResult | undefined;
  /** The codes of a rejected run. */
  readonly codes: readonly string[];
  readonly messages: readonly string[];
}

/** A run of two steps per epoch in this folder, from its claim to its release. */
export async function stillRun(
  folder: string,
  { recipe = {}, events = {}, ...asked }: StillRun = {},
): Promise<StillResult> {
  const text = smallSource({ schedule: "cosine", run: "batch: 6, epochs: 2", ...recipe });
  const compilation = made.get(text) ?? compileText(text, { recipe: "Try" });
  made.set(text, compilation);
  const { recipes, models } = await compilation;
  const [elaborated, deployed] = [recipes[0], models[0]];
  if (elaborated === undefined || deployed === undefined) throw new Error("the recipe does not compile");
  const claim = await claimRun(folder, asked.resume ?? false);
  if (isProblem(claim)) {
    const { code, message } = claim.diagnose({});
    return { result: undefined, codes: [code], messages: [message] };
  }
  const nothing = (): void => undefined;
  const title = "a run that stands still";
  try {
    const result = await trainRun(
      {
        recipe: elaborated,
        deployed: deployed.graph,
        sourceSha256: "0".repeat(64),
        set: new Map(),
        data: "generated",
        home: folder,
        claim,
        source: { entry: "model.lfer", texts: new Map([["model.lfer", text]]) },
        resume: false,
        engine: stillEngine(),
        threads: undefined,
        weights: undefined,
        epochs: undefined,
        limit: 12,
        seed: undefined,
        circumstances: stillCircumstances,
        ...asked,
      },
      {
        isStopped: () => false,
        onWarning: nothing,
        onReading: nothing,
        onWeights: nothing,
        onTeacherOrder: nothing,
        onReady: nothing,
        onContinue: nothing,
        onStart: nothing,
        onStep: nothing,
        onJudging: nothing,
        onRebuilt: nothing,
        onEpoch: (records, best) => reportEpoch({ folder, title, records, best }),
        ...events,
      },
    );
    const ended = { cwd: folder, folder, data: "generated", graph: deployed.graph };
    const told = result.kind === "finished" ? await reportRun({ ...ended, records: result.records }) : undefined;
    if (told !== undefined && told.diagnostics.length > 0) {
      const { diagnostics } = told;
      return {
        result,
        codes: diagnostics.map(({ code }) => code),
        messages: diagnostics.map(({ message }) => message),
      };
    }
    const messages = result.kind === "failed" ? result.diagnostics.map(({ message }) => message) : [];
    return { result, codes: codesOf(result), messages };
  } finally {
    await claim.release();
  }
}
