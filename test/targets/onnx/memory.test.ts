import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeFileWhole } from "../../../src/hosts/write-file.js";
import { writeSafetensors } from "../../../src/weights/safetensors.js";
import { inFolder, lfercPath } from "../../support/lferc.js";
import { suite } from "../../support/suite.js";

const model = (width: number): string => `lfer 1

model Wide {
  input x: float32[N, ${width}]
  y = x -> linear(${width}, bias: false) -> relu -> linear(${width}, bias: false)
  output y
}
`;

const width = 4096;
const weightBytes = 2 * 4 * width ** 2;

/**
 * Prints the peak memory of the process, in bytes, at its end. On Linux it is read from /proc, because the figure of getrusage includes
 * the memory of the process that it was forked from.
 */
const reporter = `data:text/javascript,${encodeURIComponent(`
  import { existsSync, readFileSync } from "node:fs";
  process.on("exit", () => {
    const own = existsSync("/proc/self/status") ? /VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8")) : null;
    // As text: console.log colours numbers where uvu has asked for colours.
    console.log(String(1024 * Number(own?.[1] ?? process.resourceUsage().maxRSS)));
  });
`)}`;

/** The peak memory of a build without verification. */
function peakOf(cwd: string, args: readonly string[]): number {
  const command = ["--import", reporter, lfercPath(), "build", ...args, "--no-verify", "-o", "out.onnx"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, encoding: "utf8" });
  assert.is(status, 0, stderr);
  return Number(stdout);
}

suite("memory of a build", (test) => {
  test("weights of 134 MB are held once, drawn or read, and not again to be written", () =>
    inFolder({ "small.lfer": model(8), "wide.lfer": model(width) }, async (cwd) => {
      const names = ["y.linear_1.weight", "y.linear_2.weight"];
      const weights = names.map(
        (name) => [name, { shape: [width, width], data: new Float32Array(width ** 2).fill(0.5) }] as const,
      );
      const written = await writeFileWhole(join(cwd, "wide.safetensors"), writeSafetensors(new Map(weights)));
      assert.is(written.kind, "written");
      const least = peakOf(cwd, ["small.lfer"]);
      for (const from of [[], ["--weights", "wide.safetensors"]]) {
        const grown = peakOf(cwd, ["wide.lfer", ...from]) - least;
        const times = grown / weightBytes;
        // Less than the file's size would mean that the figure is wrong.
        assert.ok(times > 0.9 && times < 1.5, `${from.join(" ")}: ${times.toFixed(2)} times the weights`);
      }
    }));
});
