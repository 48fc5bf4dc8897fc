import type { CommandModule } from "yargs";
import { uncountable } from "../analysis/counts.js";
import { renderCsv } from "../analysis/render/csv.js";
import { layersAt, renderExplanation } from "../analysis/render/explain.js";
import { layerColumnNames } from "../analysis/render/layer-columns.js";
import { renderMarkdown } from "../analysis/render/markdown.js";
import { renderPretty } from "../analysis/render/pretty.js";
import { allConventions, type Stats } from "../analysis/stats.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import { sourceEnding } from "../hosts/path.js";
import { type ConventionName, defaultConvention } from "../recipe/measures.js";
import { type CountRequest, countAll, countOrReport, type FoundModel, findModels } from "./count-models.js";
import type { ExitCode, Session } from "./session.js";
import { modelOption, parseSettings, setOption, watchOption } from "./shared-options.js";
import { readBase } from "./stats-base.js";
import { widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";
import { runWatchable } from "./watch.js";

const formats = ["pretty", "json", "markdown", "csv"] as const;
const depthUnlessTold = 2;

interface StatsArguments {
  readonly path: readonly string[];
  readonly model?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly convention?: string | undefined;
  readonly depth?: number | undefined;
  readonly sort?: string | undefined;
  readonly columns?: string | undefined;
  readonly format: (typeof formats)[number];
  readonly explain?: string | undefined;
  readonly against?: string | undefined;
  readonly watch: boolean;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "stats", detail }));
}

/** The requested conventions; undefined if none was named. */
function wantedConventions({ convention }: StatsArguments): readonly ConventionName[] | undefined {
  if (convention === undefined) return undefined;
  return convention === "all" ? allConventions : [convention as ConventionName];
}

/** The rows and columns of the table of layers. */
function tableOptions(args: StatsArguments) {
  const rows = { depth: args.depth ?? depthUnlessTold, joinsEqual: args.depth === undefined, sort: args.sort };
  return { conventions: wantedConventions(args) ?? [defaultConvention], rows, columns: args.columns?.split(",") };
}

/** Checks that `--sort` and `--columns` name columns of the table; a table of several conventions has none. */
function checkColumns(args: StatsArguments): void {
  if (args.sort === undefined && args.columns === undefined) return;
  const { conventions, columns = [] } = tableOptions(args);
  if (conventions.length > 1)
    refuseUsage("--sort and --columns go with the table of layers, not with --convention all");
  const known = layerColumnNames(conventions);
  for (const name of columns) {
    if (!known.all.includes(name)) refuseUsage(`--columns has ${name}; there are ${known.all.join(", ")}`);
  }
  if (args.sort !== undefined && !known.numbers.includes(args.sort))
    refuseUsage(`--sort takes a column with numbers: ${known.numbers.join(", ")}`);
}

/** Where a format goes. */
function sayIn({ format }: StatsArguments, session: Session): (text: string) => void {
  if (format === "json") return session.json;
  return format === "pretty" ? session.print : session.lines;
}

function render(stats: Stats, args: StatsArguments, session: Session, isFirst: boolean): string {
  const options = tableOptions(args);
  const space = isFirst ? "" : "\n";
  switch (args.format) {
    case "json":
      return `${JSON.stringify(stats)}\n`;
    case "csv":
      return renderCsv(stats, options.conventions, isFirst);
    case "markdown":
      return space + renderMarkdown(stats, options);
    case "pretty":
      return space + renderPretty(stats, { ...options, paint: session.paint, width: widthOn(process.stdout) });
  }
}

/** The explanation of a layer or part, or a report that the model has none of that name. */
function explain({ graph, locate }: FoundModel, part: string, args: StatsArguments, session: Session) {
  const layers = layersAt(graph, part);
  if ("code" in layers) return layers;
  const conventions = wantedConventions(args) ?? (layers.length === 1 ? allConventions : [defaultConvention]);
  const vast = uncountable(layers, conventions);
  if (vast !== undefined) return vast.diagnose({});
  return renderExplanation(graph, layers, { part, conventions, locate, paint: session.paint });
}

/** Explains a part of every model that has it; returns whether a model lacks it. */
async function explainAll(session: Session, args: StatsArguments, part: string, request: CountRequest) {
  let hasFailed = false;
  const wrong = await findModels(session, args.path, request, (model) => {
    const text = explain(model, part, args, session);
    if (typeof text === "string") session.print(text);
    else {
      session.report([text], model.texts);
      hasFailed = true;
    }
  });
  return wrong || hasFailed;
}

/** Prints the changes against `--against` in the requested format; returns whether there were errors. */
async function compare(session: Session, args: StatsArguments, path: string, request: CountRequest) {
  const conventions = wantedConventions(args) ?? [defaultConvention];
  const counted = args.format === "json" ? allConventions : conventions;
  const base = await readBase(session, path, counted, { ...request, every: true });
  if (base === undefined) return true;
  // A record of one model is compared with one.
  const every = base.length > 1 || path.endsWith(sourceEnding);
  const { found, failed } = await countAll(session, args.path, counted, { ...request, every });
  if (found.length === 0) return failed;
  const { renderComparisons } = await import("../analysis/render/comparisons.js");
  // Of models that a file lacks it is unknown whether they were removed: they may be in another file, or in one with an error.
  const isFileByFile = args.path.length === 1 && path.endsWith(sourceEnding);
  const isWhole = isFileByFile || found.every(({ isNamedFile }) => !isNamedFile);
  const gone = !failed && isWhole && args.model === undefined;
  const options = {
    conventions,
    depth: args.depth ?? depthUnlessTold,
    paint: session.paint,
    width: widthOn(process.stdout),
  };
  const models = found.map(({ stats }) => stats);
  // Two networks, each with variants of its own: their models are compared.
  const areOthers = isFileByFile && !models.some(({ model }) => base.some((each) => each.model === model));
  const now = areOthers ? models.slice(0, 1) : models;
  sayIn(
    args,
    session,
  )(renderComparisons({ base: areOthers ? base.slice(0, 1) : base, path, now, gone }, args.format, options));
  return failed;
}

/** Prints the figures of every model; returns whether there were errors. */
async function countModels(session: Session, args: StatsArguments, request: CountRequest) {
  const isJson = args.format === "json";
  const conventions = isJson ? allConventions : (wantedConventions(args) ?? [defaultConvention]);
  // Programs get every model in full, one after another; people get one table of several, or each in full on request.
  if (isJson || args.format === "csv") {
    let isFirst = true;
    let hasFailed = false;
    const wrong = await findModels(session, args.path, request, (model) => {
      const stats = countOrReport(session, model, conventions, isJson);
      if (stats === undefined) hasFailed = true;
      else sayIn(args, session)(render(stats, args, session, isFirst));
      isFirst &&= stats === undefined;
    });
    return wrong || hasFailed;
  }
  const { found, failed } = await countAll(session, args.path, conventions, request);
  const asksLayers = args.depth !== undefined || args.sort !== undefined || args.columns !== undefined;
  if (found.length > 1 && !asksLayers) {
    const { renderModelsMarkdown, renderModelsPretty } = await import("../analysis/render/models.js");
    const options = { conventions, paint: session.paint, width: widthOn(process.stdout) };
    sayIn(
      args,
      session,
    )(args.format === "markdown" ? renderModelsMarkdown(found, conventions) : renderModelsPretty(found, options));
    return failed;
  }
  for (const [i, { stats }] of found.entries()) sayIn(args, session)(render(stats, args, session, i === 0));
  return failed;
}

async function stats(session: Session, args: StatsArguments): Promise<ExitCode> {
  if (args.depth !== undefined && !(Number.isInteger(args.depth) && args.depth >= 1))
    refuseUsage("--depth takes a whole number from 1");
  if (args.explain !== undefined && args.format !== "pretty")
    refuseUsage("--explain is for people: leave --format out");
  if (args.explain !== undefined && args.against !== undefined)
    refuseUsage("--explain and --against do not go together: explain each side by itself");
  if (args.depth !== undefined && (args.explain !== undefined || args.format === "json" || args.format === "csv"))
    refuseUsage("--depth goes with --format pretty and markdown: what is explained, json and csv have every layer");
  const choosesTable = args.sort !== undefined || args.columns !== undefined;
  const hasTable = (args.format === "pretty" || args.format === "markdown") && args.explain === undefined;
  if (choosesTable && (!hasTable || args.against !== undefined))
    refuseUsage(
      "--sort and --columns go with the table of layers: --format pretty or markdown, without --explain and --against",
    );
  checkColumns(args);
  if (args.format === "json" && args.convention !== undefined && args.convention !== "all")
    refuseUsage("--format json has every convention: leave --convention out");
  const set = parseSettings(args.set);
  if ("code" in set) {
    session.report([set]);
    return 2;
  }
  const request = { model: args.model, set, saysChoice: args.format === "pretty" };
  const failed =
    args.explain !== undefined
      ? await explainAll(session, args, args.explain, request)
      : args.against !== undefined
        ? await compare(session, args, args.against, request)
        : await countModels(session, args, request);
  return failed ? 1 : 0;
}

export const statsCommand: CommandModule<object, StatsArguments> = {
  command: "stats <path..>",
  describe:
    "Counts parameters, operations, memory and receptive field without running anything. Every count names its convention and its unit.",
  builder: (yargs) =>
    yargs
      .positional("path", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "files, or folders, searched for .lfer files; .onnx files, from lferc or PyTorch",
      })
      .option("model", modelOption)
      .option("set", setOption)
      .option("convention", {
        choices: ["all", ...allConventions],
        requiresArg: true,
        defaultDescription: `${defaultConvention}; json: all`,
        describe: "the counting convention; all: every convention's totals side by side",
      })
      .option("depth", {
        type: "number",
        requiresArg: true,
        defaultDescription: `${depthUnlessTold}; several models: one table without layers`,
        describe: "levels of blocks to show; deeper ones are summed, equal ones are not joined",
      })
      .option("sort", {
        type: "string",
        requiresArg: true,
        describe: "sort the rows by a numeric column, largest first: params, macs, activations",
      })
      .option("columns", {
        type: "string",
        requiresArg: true,
        describe: "show these columns, separated by commas: layer, op, output, params, macs, share, activations",
      })
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe: "pretty: for people; json: one object per model, each on its line; markdown; csv: one line per layer",
      })
      .option("against", {
        type: "string",
        requiresArg: true,
        describe:
          "show changes from an older .lfer file, a folder of them, or the output of --format json; markdown: as a comment for a pull request",
      })
      .option("explain", {
        type: "string",
        requiresArg: true,
        describe: "show the sums behind the counts of this layer or part (a path, or its beginning up to a dot)",
      })
      .option("watch", watchOption)
      .example("lferc stats models/lfer_ldl.lfer", "the paper's network by block")
      .example("lferc stats models/lfer_ldl.lfer --convention all", "by every convention")
      .example("lferc stats models/lfer_ldl.lfer --depth 9 --sort macs", "the heaviest layers first")
      .example("lferc stats model.onnx", "an exported file, by the same rules")
      .example("lferc stats models", "all models in one table")
      .example("lferc stats models/lfer_ldl.lfer --against old.lfer", "the cost of a change")
      .example("lferc stats models --against base.json --format markdown", "the same for a pull request")
      .example("lferc stats models/lfer_ldl.lfer --explain conv5.conv", "the sums behind a layer's counts"),
  handler: (args) => runWatchable(args.watch, (session) => stats(session, args)),
};
