// The scripts of `lferc completion` in zsh and fish themselves, which must be installed. `.ci/run` does so; not part of `npm test`.
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { inFolder, lfercPath, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { completedLines, files } from "./completed-lines.js";

const driver = fileURLToPath(new URL("zsh-completions.zsh", import.meta.url));

/** How a shell is asked for what it offers where a line ends. */
const asked: Readonly<Record<"zsh" | "fish", (script: string, line: string) => readonly string[]>> = {
  zsh: (script, line) => ["-f", driver, script, line],
  fish: (script, line) => ["--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line],
};

for (const shell of ["zsh", "fish"] as const) {
  suite(`completion in ${shell}`, (test) => {
    const { stdout: completion } = runLferc(["completion", shell]);
    for (const { words, offered } of completedLines) {
      const line = ["lferc", ...words].join(" ");
      test(line, () =>
        inFolder({ ...files, script: completion }, (cwd) => {
          mkdirSync(join(cwd, ".bin"));
          symlinkSync(process.execPath, join(cwd, ".bin/node"));
          writeFileSync(join(cwd, ".bin/lferc"), `#!/bin/sh\nexec node '${lfercPath()}' "$@"\n`, { mode: 0o755 });
          const env = { ...process.env, PATH: `${join(cwd, ".bin")}:${process.env.PATH}`, HOME: cwd };
          const ran = spawnSync(shell, asked[shell](join(cwd, "script"), line), {
            cwd,
            env,
            encoding: "utf8",
            timeout: 60_000,
          });
          assert.is(ran.error, undefined);
          const found = ran.stdout.split("\n").flatMap((each) => (each === "" ? [] : [each.split("\t")[0]]));
          assert.equal([...new Set(found)].toSorted(), offered.toSorted(), ran.stdout + ran.stderr);
        }),
      );
    }
  });
}
