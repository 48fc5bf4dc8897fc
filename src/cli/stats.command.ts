import type { CommandModule } from "yargs";
import { renderCsv } from "../analysis/render/csv.js";
import { layersAt, renderExplanation } from "../analysis/render/explain.js";
import { defaultConvention } from "../analysis/render/figures.js";
import { renderMarkdown } from "../analysis/render/markdown.js";
import { renderPretty } from "../analysis/render/pretty.js";
import { allConventions, type Stats, type StatsOptions, statsOf } from "../analysis/stats.js";
import { diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { formatPlace } from "../diagnostics/source-text.js";
import type { ConventionName } from "../recipe/measures.js";
import { conventions as conventionQuantities } from "../recipe/measures.js";
import type { CompiledPath } from "./compile-file.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { modelOption, parseSettings, setOption } from "./shared-options.js";
import { UsageError } from "./usage.js";

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
}

const conventionNames = Object.keys(conventionQuantities);

/** The conventions asked for; undefined where none was named. */
function wantedConventions({ convention }: StatsArguments): readonly ConventionName[] | undefined {
  if (convention === undefined) return undefined;
  return convention === "all" ? allConventions : [convention as ConventionName];
}

function printStats(session: Session, stats: Stats, args: StatsArguments, isFirst: boolean): void {
  const { depth } = args;
  const conventions = wantedConventions(args) ?? [defaultConvention];
  switch (args.format) {
    case "json":
      session.print(`${JSON.stringify(stats)}\n`);
      return;
    case "csv":
      session.print(renderCsv(stats, conventions, isFirst));
      return;
    case "markdown":
      session.print(`${isFirst ? "" : "\n"}${renderMarkdown(stats, conventions, depth)}`);
      return;
    case "pretty": {
      const { paint } = session;
      const width = process.stdout.isTTY ? process.stdout.columns : undefined;
      session.print(`${isFirst ? "" : "\n"}${renderPretty(stats, { conventions, depth, paint, width })}`);
    }
  }
}

/** The same models as training sees them. They can only differ where some source says `training`. */
async function trainingGraphs({ sources }: CompiledPath, set: ReadonlyMap<string, string>, model: string) {
  const mentioned = [...sources.files.values()].some(({ text }) => /\btraining\b/.test(text));
  if (!mentioned) return new Map<string, never>();
  const { compile } = await import("../compiler.js");
  const { models } = compile(sources, { model, set, training: true, graphsOnly: true });
  return new Map(models.map(({ name, graph }) => [name, graph] as const));
}

async function stats(session: Session, args: StatsArguments): Promise<ExitCode> {
  const set = parseSettings(args.set);
  if (!(set instanceof Map)) {
    session.report([set as Exclude<typeof set, ReadonlyMap<string, string>>]);
    return 2;
  }
  if (!Number.isInteger(args.depth) || args.depth < 1) {
    throw new UsageError(
      diagnose("tool/wrong-usage", { command: "stats", detail: "--depth takes a whole number from 1" }),
    );
  }
  const { files, failed } = await session.expand(args.path);
  let code: ExitCode = failed ? 1 : 0;
  let isFirst = true;
  const model = args.model ?? "main";
  for (const file of files) {
    const compiled = await session.compilePath(file, { model, set, graphsOnly: true });
    if (compiled.hasErrors) code = 1;
    const training = await trainingGraphs(compiled, set, model);
    const options: StatsOptions = { locate: (span) => formatPlace(span, compiled.texts) };
    for (const { name, graph } of compiled.compilation.models) {
      if (args.explain !== undefined) {
        const layers = layersAt(graph, args.explain);
        if ("code" in layers) {
          session.report([layers]);
          code = 1;
          continue;
        }
        const conventions = wantedConventions(args) ?? (layers.length === 1 ? allConventions : [defaultConvention]);
        const { locate } = options;
        session.print(
          renderExplanation(graph, layers, { part: args.explain, conventions, locate, paint: session.paint }),
        );
        continue;
      }
      const conventions = args.format === "json" ? allConventions : (wantedConventions(args) ?? [defaultConvention]);
      const found = statsOf(graph, { ...options, conventions, training: training.get(name) });
      if (isProblem(found)) {
        session.report([found.diagnose({})], compiled.texts);
        code = 1;
        continue;
      }
      printStats(session, { ...found, model: name }, args, isFirst);
      isFirst = false;
    }
  }
  return code;
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
        choices: ["all", ...conventionNames],
        requiresArg: true,
        defaultDescription: `${defaultConvention}; json: all`,
        describe: "whose rules to count by; all: every convention's totals, each with its unit",
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
        describe: "pretty: for people; json: one object a model, each on a line; markdown; csv: one line a layer",
      })
      .option("explain", {
        type: "string",
        requiresArg: true,
        describe: "show how the figures of this layer or part come about (a path, or its beginning up to a dot)",
      })
      .example("lferc stats models/lfer_ldl.lfer", "the paper's network by block")
      .example("lferc stats models/lfer_ldl.lfer --convention all", "what every counter would say")
      .example("lferc stats models/lfer_ldl.lfer --explain conv5", "the sums behind the figures"),
  handler: (args) => runCommand((session) => stats(session, args)),
};
