import { resolve } from "node:path";
import type { CommandModule } from "yargs";
import { renderCsv } from "../analysis/render/csv.js";
import { layersAt, renderExplanation } from "../analysis/render/explain.js";
import { defaultConvention } from "../analysis/render/figures.js";
import { renderMarkdown } from "../analysis/render/markdown.js";
import { renderPretty } from "../analysis/render/pretty.js";
import { allConventions, type Stats, statsOf } from "../analysis/stats.js";
import type { Compilation, CompiledModel } from "../compiler.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { formatPlace } from "../diagnostics/source-text.js";
import type { Span } from "../diagnostics/span.js";
import type { Graph } from "../ir/graph.js";
import type { ConventionName } from "../recipe/measures.js";
import type { CompiledPath } from "./compile-file.js";
import type { ExitCode, Session } from "./session.js";
import { modelOption, parseSettings, setOption, watchOption } from "./shared-options.js";
import { UsageError } from "./usage.js";
import { runWatchable } from "./watch.js";

const formats = ["pretty", "json", "markdown", "csv"] as const;
const depthUnlessTold = 2;

interface StatsArguments {
  readonly path: readonly string[];
  readonly model?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly convention?: string | undefined;
  readonly depth: number;
  readonly format: (typeof formats)[number];
  readonly explain?: string | undefined;
  readonly watch: boolean;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "stats", detail }));
}

/** The conventions asked for; undefined where none was named. */
function wantedConventions({ convention }: StatsArguments): readonly ConventionName[] | undefined {
  if (convention === undefined) return undefined;
  return convention === "all" ? allConventions : [convention as ConventionName];
}

function render(stats: Stats, args: StatsArguments, session: Session, isFirst: boolean): string {
  const { depth } = args;
  const conventions = wantedConventions(args) ?? [defaultConvention];
  const space = isFirst ? "" : "\n";
  switch (args.format) {
    case "json":
      return `${JSON.stringify(stats)}\n`;
    case "csv":
      return renderCsv(stats, conventions, isFirst);
    case "markdown":
      return space + renderMarkdown(stats, conventions, depth);
    case "pretty": {
      const width = process.stdout.isTTY ? process.stdout.columns : undefined;
      return space + renderPretty(stats, { conventions, depth, paint: session.paint, width });
    }
  }
}

/** The explanation of a layer or part, or that the model has none of that name. */
function explain(graph: Graph, part: string, args: StatsArguments, session: Session, locate: (span: Span) => string) {
  const layers = layersAt(graph, part);
  if ("code" in layers) return layers;
  const conventions = wantedConventions(args) ?? (layers.length === 1 ? allConventions : [defaultConvention]);
  return renderExplanation(graph, layers, { part, conventions, locate, paint: session.paint });
}

/** The same models as training sees them, by name. They can only differ where some source says `training`. */
async function trainingGraphs({ sources }: CompiledPath, model: string, set: ReadonlyMap<string, string>) {
  const isMentioned = [...sources.files.values()].some(({ text }) => /\btraining\b/.test(text));
  if (!isMentioned) return new Map<string, Graph>();
  const { compile } = await import("../compiler.js");
  const { models }: Compilation = compile(sources, { model, set, training: true, graphsOnly: true });
  return new Map(models.map(({ name, graph }) => [name, graph] as const));
}

/** What to print of one model, or what is wrong. */
function answer(
  { name, graph }: CompiledModel,
  args: StatsArguments,
  session: Session,
  context: { readonly compiled: CompiledPath; readonly training: Graph | undefined; readonly isFirst: boolean },
): string | Diagnostic {
  const locate = (span: Span): string => formatPlace(span, context.compiled.texts);
  if (args.explain !== undefined) return explain(graph, args.explain, args, session, locate);
  const isJson = args.format === "json";
  const conventions = isJson ? allConventions : (wantedConventions(args) ?? [defaultConvention]);
  const stats = statsOf(graph, { locate, conventions, facts: isJson, training: context.training });
  if (isProblem(stats)) return stats.diagnose({});
  return render({ ...stats, model: name }, args, session, context.isFirst);
}

async function stats(session: Session, args: StatsArguments): Promise<ExitCode> {
  if (!Number.isInteger(args.depth) || args.depth < 1) refuseUsage("--depth takes a whole number from 1");
  if (args.explain !== undefined && args.format !== "pretty")
    refuseUsage("--explain is for people: leave --format out");
  if (args.path.some((path) => path.endsWith(".onnx"))) refuseUsage("it counts .lfer files; ONNX files not yet");
  const set = parseSettings(args.set);
  if ("code" in set) {
    session.report([set]);
    return 2;
  }
  const { files, failed } = await session.expand(args.path);
  let hasFailed = failed;
  let isFirst = true;
  const namedFiles = new Set(args.path.map((path) => resolve(session.cwd, path)));
  for (const file of files) {
    // A file stands for its model, a folder for every model and variant under it.
    const model = args.model ?? (namedFiles.has(file) ? "main" : "all");
    const compiled = await session.compilePath(file, { model, set, graphsOnly: true });
    if (compiled.hasErrors) hasFailed = true;
    else if (compiled.compilation.models.length === 0 && namedFiles.has(file)) {
      session.report([diagnose("tool/nothing-to-count", { path: compiled.path })]);
      hasFailed = true;
    }
    const training = await trainingGraphs(compiled, model, set);
    for (const each of compiled.compilation.models) {
      const text = answer(each, args, session, { compiled, training: training.get(each.name), isFirst });
      if (typeof text === "string") {
        session.print(text);
        isFirst = false;
      } else {
        session.report([text], compiled.texts);
        hasFailed = true;
      }
    }
  }
  return hasFailed ? 1 : 0;
}

export const statsCommand: CommandModule<object, StatsArguments> = {
  command: "stats <path..>",
  describe:
    "Counts parameters, work, memory and receptive field without running anything. Every figure names its convention and its unit.",
  builder: (yargs) =>
    yargs
      .positional("path", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "files, or folders with all .lfer files under them",
      })
      .option("model", modelOption)
      .option("set", setOption)
      .option("convention", {
        choices: ["all", ...allConventions],
        requiresArg: true,
        defaultDescription: `${defaultConvention}; json: all`,
        describe: "whose rules to count by; all: every convention's totals side by side",
      })
      .option("depth", {
        type: "number",
        default: depthUnlessTold,
        requiresArg: true,
        describe: "levels of blocks to show; deeper ones are summed up",
      })
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe: "pretty: for people; json: one object a model, each on its line; markdown; csv: one line a layer",
      })
      .option("explain", {
        type: "string",
        requiresArg: true,
        describe: "show the sums behind the figures of this layer or part (a path, or its beginning up to a dot)",
      })
      .option("watch", watchOption)
      .example("lferc stats models/lfer_ldl.lfer", "the paper's network by block")
      .example("lferc stats models/lfer_ldl.lfer --convention all", "what every counter would say")
      .example("lferc stats models/lfer_ldl.lfer --explain conv5.conv", "the sums behind a layer's figures"),
  handler: (args) => runWatchable(args.watch, (session) => stats(session, args)),
};
