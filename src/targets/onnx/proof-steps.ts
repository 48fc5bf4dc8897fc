import type { Graph } from "../../ir/graph.js";
import type { WatchNode } from "../../reference/interpret.js";
import { multipliesOf } from "../../reference/work.js";

/** The progress of a verification. */
export interface ProofProgress {
  /** Counted from 1. */
  readonly step: number;
  readonly of: number;
  readonly title: string;
  /** Share of all the work, 0 to 1: estimated. */
  readonly done: number;
}

export interface ProofStep {
  readonly title: string;
  /** In multiplications of the reference; 0: the step is skipped. */
  readonly work: number;
}

export interface ProofWatch {
  /** The step with this index (among all) begins; earlier ones are done. */
  begin(step: number): void;
  /** Receives the nodes of a graph that the reference runs with `batch` pictures. */
  watching(graph: Graph, batch: number): WatchNode;
}

/** Converts steps and nodes to progress. */
export function watchProof(steps: readonly ProofStep[], onProgress: (progress: ProofProgress) => void): ProofWatch {
  const total = steps.reduce((sum, { work }) => sum + work, 0) || 1;
  const taken = steps.filter(({ work }) => work > 0);
  let [current, before, within] = [steps[0], 0, 0];
  const tell = (): void => {
    if (current === undefined) return;
    const done = (before + Math.min(within, current.work)) / total;
    onProgress({ step: taken.indexOf(current) + 1, of: taken.length, title: current.title, done });
  };
  return {
    begin: (step) => {
      current = steps[step];
      before = steps.slice(0, step).reduce((sum, { work }) => sum + work, 0);
      within = 0;
      tell();
    },
    watching: (graph, batch) => {
      const multiplies = new Map(multipliesOf(graph).map((count, i) => [graph.nodes[i], count]));
      return (node) => {
        within += batch * (multiplies.get(node) ?? 0);
        tell();
      };
    },
  };
}
