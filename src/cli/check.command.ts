import { resolve } from "node:path";
import type { CommandModule } from "yargs";
import { catalogue } from "../diagnostics/catalogue.js";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { renderGithub } from "../diagnostics/render-github.js";
import { type Located, renderJson } from "../diagnostics/render-json.js";
import { renderPretty, summarize } from "../diagnostics/render-pretty.js";
import { noSourceTexts } from "../diagnostics/source-text.js";
import { suggest } from "../diagnostics/suggest.js";
import { version } from "../version.js";
import { assumptionsJson, assumptionsOf, type PlacedAssumption, renderAssumptions } from "./assumptions.js";
import { compileFile } from "./compile-file.js";
import { isOnnxPath } from "./onnx-file.js";
import { displayPath, expandPaths } from "./project.js";
import { readResultFiles } from "./read-result-files.js";
import type { ExitCode, Session } from "./session.js";
import { parseSettings, watchOption } from "./shared-options.js";
import { paintFor, widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";
import { runWatchable } from "./watch.js";

const formats = ["pretty", "json", "github", "sarif"] as const;

interface CheckArguments {
  readonly path: readonly string[];
  readonly results?: readonly string[] | undefined;
  readonly budget?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly format: (typeof formats)[number];
  readonly assumptions: boolean;
  readonly deny?: readonly string[] | undefined;
  readonly fix: boolean;
  readonly watch: boolean;
}

/** Errors of a file that two files import occur twice; they are reported once. */
function told(diagnostic: Diagnostic, located: Located, seen: Set<string>): boolean {
  const { span } = diagnostic;
  const file = span === undefined ? "" : located[1].displayName(span.file);
  const key = JSON.stringify([diagnostic.code, file, span?.start, span?.end, diagnostic.message]);
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "check", detail }));
}

/** The ONNX files among the given ones, and the sources; the budget itself is neither. */
function sortFiles(files: readonly string[], { budget, set }: CheckArguments, cwd: string) {
  const onnx = files.filter(isOnnxPath);
  const [first] = onnx;
  if (first === undefined && budget !== undefined)
    refuseUsage("--budget is for ONNX files, and none is named; a model in a .lfer file has its own check");
  if (first === undefined && set !== undefined)
    refuseUsage("--set gives sizes of ONNX files, and none is named; a check gives a model its arguments");
  if (first !== undefined && budget === undefined)
    refuseUsage(`${displayPath(cwd, first)} has no check of its own: name one with --budget FILE.lfer`);
  const held = budget === undefined ? undefined : resolve(cwd, budget);
  return { onnx, sources: files.filter((file) => !isOnnxPath(file) && file !== held) };
}

/** What `--deny` names: codes, or all warnings. */
function deniedBy(deny: readonly string[]): (diagnostic: Diagnostic) => boolean {
  const codes = Object.keys(catalogue);
  for (const name of deny) {
    if (name === "warnings" || codes.includes(name)) continue;
    const suggestion = suggest(name, ["warnings", ...codes]);
    const detail = `--deny takes warnings or a code; there is no code ${JSON.stringify(name)}${suggestion === undefined ? "" : `, but ${suggestion}`}`;
    refuseUsage(detail);
  }
  return ({ code }) => deny.includes("warnings") || deny.includes(code);
}

async function check(session: Session, args: CheckArguments): Promise<ExitCode> {
  if (args.assumptions && (args.format === "github" || args.format === "sarif"))
    refuseUsage(`--assumptions goes with --format pretty and json; ${args.format} has no place for them`);
  const sizes = parseSettings(args.set);
  if ("code" in sizes) throw new UsageError(sizes);
  const isDenied = deniedBy(args.deny ?? []);
  const paths = args.path.length === 0 ? ["."] : args.path;
  const expanded = await expandPaths(paths, session.cwd, "sources or ONNX files");
  session.note(expanded.looked);
  const { onnx, sources } = sortFiles(expanded.files, args, session.cwd);
  const paint = paintFor(process.stderr);
  const found: Located[] = [];
  const assumptions: PlacedAssumption[] = [];
  const seen = new Set<string>();
  const take = ([diagnostic, texts]: Located): void => {
    const located: Located = [isDenied(diagnostic) ? { ...diagnostic, severity: "error" } : diagnostic, texts];
    if (told(located[0], located, seen)) return;
    found.push(located);
    // For people, results are printed as they come; for programs, one document at the end.
    if (args.format === "pretty")
      session.talk(`${renderPretty(located[0], located[1], paint, widthOn(process.stderr))}\n`);
    if (args.format === "github") session.data(renderGithub(located[0], located[1]));
  };
  for (const diagnostic of expanded.diagnostics) take([diagnostic, noSourceTexts]);
  const results = await readResultFiles(args.results ?? [], session.cwd);
  session.note(results.inputs);
  for (const diagnostic of results.diagnostics) take([diagnostic, noSourceTexts]);
  if (args.budget !== undefined) {
    const { checkOnnxFiles } = await import("./check-onnx.js");
    const held = { files: onnx, budget: args.budget, sizes, results };
    for (const located of await checkOnnxFiles(session, held)) take(located);
  }
  let fixes = 0;
  for (const file of sources) {
    const { compiled, fixed, failures } = args.fix
      ? await (await import("./check-fix.js")).compileFixed(file, session.cwd, results)
      : { compiled: await compileFile(file, session.cwd, { results }), fixed: 0, failures: [] };
    fixes += fixed;
    for (const failure of failures) take([failure, noSourceTexts]);
    session.note(compiled.inputs);
    for (const diagnostic of compiled.diagnostics) take([diagnostic, compiled.texts]);
    if (args.assumptions) assumptions.push(...assumptionsOf(compiled));
  }
  const more = args.assumptions ? { assumptions: assumptionsJson(assumptions) } : {};
  if (args.format === "json") session.json(renderJson(found, more));
  else session.print(renderAssumptions(assumptions));
  if (args.format === "sarif") {
    const { renderSarif } = await import("../diagnostics/render-sarif.js");
    session.json(renderSarif(found, version));
  }
  const diagnostics = found.map(([diagnostic]) => diagnostic);
  const count = onnx.length + sources.length;
  const files = `${count} file${count === 1 ? "" : "s"}`;
  const mended = fixes === 0 ? "" : `, ${fixes} fixed`;
  session.talk(`${files} checked: ${summarize(diagnostics) || "no mistakes"}${mended}\n`);
  return diagnostics.some((diagnostic) => diagnostic.severity === "error") ? 1 : 0;
}

export const checkCommand: CommandModule<object, CheckArguments> = {
  command: "check [path..]",
  describe:
    "Reports every error in .lfer files, and every budget that a model violates. The exit code is 1 if there is an error.",
  builder: (yargs) =>
    yargs
      .positional("path", {
        type: "string",
        array: true,
        default: [],
        defaultDescription: "the current folder",
        describe: "files, or folders, searched for .lfer files; with --budget, .onnx files",
      })
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe:
          "pretty: for people, on stderr; json: one object on stdout; github: annotations for GitHub Actions; sarif: a SARIF 2.1.0 log for code scanning",
      })
      .option("results", {
        type: "string",
        array: true,
        requiresArg: true,
        describe:
          "a file written by eval or bench --device NAME with --format json, for budgets of accuracy, latency and memory; repeatable",
      })
      .option("budget", {
        type: "string",
        requiresArg: true,
        describe: "hold .onnx files to this file: a .lfer file of one check { ... } without a model's name",
      })
      .option("set", {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "with --budget, the size of an open axis of the .onnx files: --set height=224",
      })
      .option("assumptions", {
        type: "boolean",
        default: false,
        describe:
          "also list assumptions marked in the sources (/// assumed: SOURCE before a parameter or a constant): name, value, source, location",
      })
      .option("deny", {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "a code whose warnings are errors, or warnings for all of them; repeatable",
      })
      .option("fix", {
        type: "boolean",
        default: false,
        describe:
          "first write the files with what can only be meant in one way: lfer 1, double quotes, operators, : and =",
      })
      .option("watch", watchOption)
      .example("lferc check models", "everything under models/")
      .example("lferc check models --results eval.json --results bench.json", "with measured results")
      .example("lferc check model.onnx --budget budget.lfer", "an exported file, held to a budget")
      .example("lferc check --format json models", "for a program")
      .example("lferc check --format sarif models > lferc.sarif", "for a code-scanning service")
      .example("lferc check --assumptions models/lfer_ldl.lfer", "what the paper leaves open, and our choices")
      .example("lferc check --deny warnings models", "in CI: warnings are errors too")
      .example("lferc check --fix models", "what is safe is written into the files")
      .example("lferc check --watch models", "again whenever one of the files is saved"),
  handler: (args) => runWatchable(args.watch, (session) => check(session, args)),
};
