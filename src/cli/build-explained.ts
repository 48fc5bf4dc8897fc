/** `lferc build --explain`: what each pass did. */
import { countTotal } from "../analysis/counts.js";
import { layersOf } from "../analysis/layers.js";
import { timedRounds, timeStages } from "../deploy/time-stages.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import { type Column, layOut, type TableRow } from "../diagnostics/text-table.js";
import type { WatchPass } from "../passes/pipeline.js";
import type { WeightedGraph } from "../passes/weighted-graph.js";
import { defaultConvention } from "../recipe/measures.js";
import { formatBytes } from "./build-files.js";
import type { Session } from "./session.js";
import { loadRuntime } from "./talk-of-runtime.js";

interface Stage {
  readonly pass: string;
  readonly model: WeightedGraph<Float32Array>;
  readonly isSame: boolean;
}

interface StageFigures {
  readonly pass: string;
  /** Whether the pass changed anything. */
  readonly changed: boolean;
  readonly nodes: number;
  /** Of all weights in float32. */
  readonly weightBytes: number;
  readonly macs: number;
  /** Null if nothing was measured. */
  readonly ms: number | null;
}

export interface Explanation {
  readonly watch: WatchPass<Float32Array>;
  /** Prints the table, or JSON. */
  tell(
    session: Session,
    options: { readonly opset: number; readonly measure: boolean; readonly json: boolean },
  ): Promise<void>;
}

export function explanation(): Explanation {
  const stages: Stage[] = [];
  return {
    watch: (pass, model) => void stages.push({ pass, model, isSame: stages.at(-1)?.model === model }),
    tell: async (session, { opset, measure, json }) => {
      const changed = stages.filter(({ isSame }) => !isSame);
      const runtime = measure ? await loadRuntime(session) : undefined;
      const times =
        runtime === undefined || isProblem(runtime)
          ? undefined
          : await timeStages(
              changed.map(({ model }) => model),
              opset,
              runtime,
            );
      const timeOf = new Map(changed.map(({ model }, i) => [model, times?.[i] ?? null]));
      const figures = stages.map((stage, i) =>
        figuresOf(stage, i > 0 && !stage.isSame, timeOf.get(stage.model) ?? null),
      );
      if (json)
        session.json(
          `${JSON.stringify({ schemaVersion: 1, convention: defaultConvention, passes: figures }, undefined, 2)}\n`,
        );
      else session.talk(render(figures, session));
    },
  };
}

function figuresOf({ pass, model: { graph, weights } }: Stage, changed: boolean, ms: number | null): StageFigures {
  let weightBytes = 0;
  for (const values of weights.values()) weightBytes += values.byteLength;
  const macs = countTotal(layersOf(graph), defaultConvention, "macs");
  return { pass, changed, nodes: graph.nodes.length, weightBytes, macs: isProblem(macs) ? Number.NaN : macs, ms };
}

const grouped = (count: number): string => count.toLocaleString("en-US");

function render(figures: readonly StageFigures[], { paint }: Session): string {
  const isTimed = figures.some(({ ms }) => ms !== null);
  const columns: readonly Column[] = [
    { title: "pass", align: "left" },
    { title: "nodes", align: "right" },
    { title: "weights", align: "right" },
    { title: `macs (${defaultConvention})`, align: "right" },
    ...(isTimed ? [{ title: "ms", align: "right" } as const] : []),
  ];
  const rows = figures.map(({ pass, changed, nodes, weightBytes, macs, ms }, i): TableRow => {
    if (i > 0 && !changed) return { cells: [pass, "nothing to do", "", "", ...(isTimed ? [""] : [])], style: "dim" };
    const cells = [pass, grouped(nodes), formatBytes(weightBytes), grouped(macs)];
    return { cells: isTimed ? [...cells, ms?.toFixed(2) ?? ""] : cells };
  });
  const note = isTimed
    ? `ms: one sample on one thread, the least of ${timedRounds} runs in rotation; other work disturbs it\n`
    : "";
  return `${layOut(columns, rows, paint, 80)}${note}`;
}
