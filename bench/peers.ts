/**
 * The table of peers: files for deployment of one network, ours and others', run in turns in one ONNX Runtime, one and two threads.
 *
 *     python bench/peers/deployed_files.py FOLDER            # once: others' files, by PyTorch's exporters, onnxsim and onnxslim
 *     node --import tsx bench/peers.ts FOLDER [--only NAME]... [--openvino PYTHON]
 *
 * Ours are built here, by `lferc build`, at levels 1 and 2. Each file has a process of its own (bench/peers/ort-runner.ts); they take
 * turns, in an order that rotates. PyTorch's file is run twice: how much the two differ is what this machine cannot tell apart. With
 * --openvino, a Python that has it, OpenVINO runs PyTorch's file beside them.
 *
 * Results are kept in --results (bench/results/peers.json) as they come; what is there is measured again only with --again, so that a
 * table can be made in parts. Prints the table in Markdown; --write FILE puts it between FILE's marks `<!-- peers -->` and
 * `<!-- end of peers -->`. Other flags: --threads 1,2, --seconds 20 (of each file), --table (measures nothing).
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Networks, type Results, tableOf } from "./peers-table.js";
import { type Measured, measureInTurns, type Peer } from "./peers-turns.js";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    threads: { type: "string", default: "1,2" },
    seconds: { type: "string", default: "20" },
    results: { type: "string", default: at("results/peers.json") },
    openvino: { type: "string" },
    again: { type: "boolean", default: false },
    table: { type: "boolean", default: false },
    write: { type: "string" },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("bench/peers.ts FOLDER, which bench/peers/deployed_files.py filled");

const { networks } = JSON.parse(readFileSync(at("peers/deployed.json"), "utf8")) as { readonly networks: Networks };
const unknown = values.only.find((name) => !Object.hasOwn(networks, name));
if (unknown !== undefined) throw new Error(`bench/peers/deployed.json has no ${unknown}`);

/** The machine, as far as it decides: its processor, how many of them, and the instructions that kernels ask for. */
function machine(): string {
  const flags = existsSync("/proc/cpuinfo")
    ? (/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "")
    : "";
  const named = ["avx2", "avx512f", "avx512_vnni", "amx_int8"].filter((flag) => flags.split(" ").includes(flag));
  const [first, ...others] = cpus();
  return `${1 + others.length} cores ${first?.model.trim() ?? "unknown"}${named.length === 0 ? "" : ` (${named.join(", ")})`}`;
}

/** Our file at a level, as a user gets it. */
function build(name: string, source: string, level: number): string {
  const file = join(folder as string, name, `lferc-${level}.onnx`);
  const flags = ["--model", name, "--optimize", String(level), "--no-verify", "-o", file];
  execFileSync(process.execPath, ["--import", "tsx", at("../src/cli/bin.ts"), "build", at(`../${source}`), ...flags], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return file;
}

function peersOf(name: string, source: string): readonly Peer[] {
  const ort = (title: string, file: string): Peer => ({
    title,
    file,
    command: [process.execPath, "--import", "tsx", at("peers/ort-runner.ts")],
  });
  const others = ["torch", "torch again", "torchscript", "onnxsim", "onnxslim"].map((title) =>
    ort(title, join(folder as string, name, `${title.replace(" again", "")}.onnx`)),
  );
  const missing = others.find(({ file }) => !existsSync(file));
  if (missing !== undefined) throw new Error(`there is no ${missing.file}: bench/peers/deployed_files.py writes it`);
  const torch = others[0] as Peer;
  const { openvino } = values;
  return [
    ...others,
    ...(openvino === undefined
      ? []
      : [{ ...torch, title: "openvino", command: [openvino, at("peers/openvino_runner.py")] }]),
    ...[1, 2].map((level) => ort(`lferc ${level}`, build(name, source, level))),
  ];
}

const results: Results =
  existsSync(values.results) && !(values.again && values.only.length === 0)
    ? (JSON.parse(readFileSync(values.results, "utf8")) as Results)
    : { what: "files for deployment in turns, batch 1, milliseconds: see bench/peers.ts", networks: {} };

for (const [name, { source }] of values.table ? [] : Object.entries(networks)) {
  if (values.only.length > 0 && !values.only.includes(name)) continue;
  for (const threads of values.threads.split(",").map(Number)) {
    const known = results.networks[name]?.[threads];
    if (known !== undefined && !values.again) continue;
    const [load = 0] = loadavg();
    if (load > 0.5) console.error(`${name}: the machine is busy (load ${load.toFixed(1)}): these figures say little`);
    const files: Readonly<Record<string, Measured>> = await measureInTurns(
      peersOf(name, source),
      threads,
      Number(values.seconds),
    );
    const versions = JSON.parse(readFileSync(join(folder, "versions.json"), "utf8")) as Record<string, string>;
    results.networks[name] = { ...results.networks[name], [threads]: { machine: machine(), load, versions, files } };
    writeFileSync(values.results, `${JSON.stringify(results, null, 1)}\n`);
    const told = Object.entries(files).map(([title, { leastMs, medianMs }]) => `${title} ${leastMs}/${medianMs}`);
    console.error(`${name}, ${threads} thread(s), least/median ms: ${told.join(", ")}`);
  }
}

const table = tableOf(results, networks);
console.log(table);
if (values.write !== undefined) {
  const text = readFileSync(values.write, "utf8");
  const marked = /(<!-- peers -->\n)[\s\S]*(\n<!-- end of peers -->)/;
  if (!marked.test(text)) throw new Error(`${values.write} has no marks <!-- peers --> and <!-- end of peers -->`);
  writeFileSync(
    values.write,
    text.replace(marked, (_, start: string, end: string) => `${start}\n${table}${end}`),
  );
}
