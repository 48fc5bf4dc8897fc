import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

export interface Measured {
  readonly medianMs: number;
  readonly minMs: number;
  /** Peak resident memory in MiB; undefined without /proc. */
  readonly peakMiB: number | undefined;
}

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs a whole process once; returns its time in ms. A failing process ends the benchmark. */
async function once({ name, file, args }: Command): Promise<number> {
  const start = process.hrtime.bigint();
  const child = spawn(file, [...args], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += String(text);
  });
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  const elapsed = Number(process.hrtime.bigint() - start) / 1e6;
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${said}`);
  return elapsed;
}

/** Peak resident memory of a process, read from /proc while it runs. */
async function peakOf({ file, args }: Command): Promise<number | undefined> {
  const child = spawn(file, [...args], { stdio: "ignore" });
  let peak: number | undefined;
  let running = true;
  const closed = new Promise((resolve) => child.once("close", resolve)).then(() => {
    running = false;
  });
  while (running) {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const [, kib] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
    if (kib !== undefined) peak = Math.max(peak ?? 0, Number(kib) / 1024);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2))]);
  }
  return peak;
}

/** Interleaved rounds, so that a busy moment of the machine affects all alike. */
export async function measure(commands: readonly Command[], rounds: number): Promise<ReadonlyMap<string, Measured>> {
  const times = new Map<string, number[]>(commands.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const command of commands) times.get(command.name)?.push(await once(command));
  }
  const measured = new Map<string, Measured>();
  for (const command of commands) {
    const own = times.get(command.name) ?? [];
    measured.set(command.name, { medianMs: median(own), minMs: Math.min(...own), peakMiB: await peakOf(command) });
  }
  return measured;
}
