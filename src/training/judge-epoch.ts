/** Evaluates an epoch: its weights, and their moving average if the recipe keeps one. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Values } from "../engines/engine.js";
import type { BatchMaker } from "./batches.js";
import type { Course, CourseEvents } from "./course.js";
import { averagedWeights, evaluate, type Judged } from "./evaluate.js";

export interface JudgedWeights {
  readonly weights: "current" | "average";
  readonly judged: Judged;
  readonly values: ReadonlyMap<string, Values>;
}

/** The current weights first; undefined if it is stopped. */
export async function judgeEpoch(
  { plan, engine, threads, heldOut }: Course,
  state: ReadonlyMap<string, Values>,
  maker: BatchMaker,
  events: Pick<CourseEvents, "isStopped" | "onJudging">,
): Promise<readonly [JudgedWeights, ...JudgedWeights[]] | Problem | undefined> {
  const average = averagedWeights(state);
  const all = (average === undefined ? 1 : 2) * heldOut.length;
  const judge = (values: ReadonlyMap<string, Values>, before: number) =>
    evaluate(plan, engine, values, heldOut, maker, threads, (done) => {
      events.onJudging(before + done, all);
      return events.isStopped();
    });
  const current = await judge(state, 0);
  if (current === undefined || isProblem(current)) return current;
  const first: JudgedWeights = { weights: "current", judged: current, values: state };
  if (average === undefined) return [first];
  const averaged = await judge(average, heldOut.length);
  if (averaged === undefined || isProblem(averaged)) return averaged;
  return [first, { weights: "average", judged: averaged, values: average }];
}
