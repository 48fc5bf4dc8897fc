// Runs the uvu suites: `npm test`, or `npm test -- semantics` for the files whose path has that in it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [only = ""] = process.argv.slice(2);
const pattern = only === "" ? "\\.test\\.ts$" : `${only}.*\\.test\\.ts$`;
const run = spawnSync(process.execPath, ["--import", "tsx", "node_modules/uvu/bin.js", "test", pattern], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, NO_COLOR: "1" },
});
process.exit(run.status ?? 1);
