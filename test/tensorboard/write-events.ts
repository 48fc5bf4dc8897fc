/** A run's events as training leaves them, killed during a write and resumed: node --import tsx write-events.ts FOLDER. */
import { mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepEvents } from "../../src/report/keep-events.js";
import { runFiles } from "../../src/training/run-files.js";
import { metricsText } from "../../src/training/run-folder.js";
import { record } from "../report/some-run.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: write-events.ts FOLDER");
const average = { averageValidationLoss: 1, averageValidationAccuracy: 0.5, averageValidationMeanClassAccuracy: 0.25 };
const records = Array.from({ length: 200 }, (_, i) => record(i + 1, i < 100 ? {} : average));
mkdirSync(folder, { recursive: true });
for (const count of [1, 2, 3, 120]) await keepEvents(folder, records.slice(0, count), 1_700_000_000 + count);
const path = join(folder, runFiles.events);
truncateSync(path, statSync(path).size - 7);
await keepEvents(folder, records, 1_700_000_200);
writeFileSync(join(folder, runFiles.metrics), metricsText(records));
