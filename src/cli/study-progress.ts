/** Progress of a study: finished runs, and an estimate for the rest. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { duration } from "../diagnostics/number-text.js";
import { epochsIn, type FoundRun, readRun } from "../studies/gather.js";
import type { PlannedRun } from "../studies/study.js";
import { type LiveLine, liveLine } from "./live-line.js";
import type { Session } from "./session.js";

/** `beta=0.2 seed 1`. */
export const runLabel = ({ row, seed }: PlannedRun): string =>
  `${[...row.cells].map(([name, value]) => (row.title === "" ? `${name}=${value}` : value)).join(" ")} seed ${seed}`;

interface AtWork {
  readonly place: string;
  readonly epochs: number;
  done: number;
}

const lookEveryMs = 1000;

export class StudyProgress {
  readonly #session: Session;
  readonly #line: LiveLine;
  readonly #atWork = new Map<PlannedRun, AtWork>();
  readonly #all: number;
  readonly #begun = performance.now();
  #finished: number;
  readonly #before: number;
  #failed = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(session: Session, { finished, all }: { readonly finished: number; readonly all: number }) {
    this.#session = session;
    this.#line = liveLine({ log: session.talk });
    this.#finished = finished;
    this.#before = finished;
    this.#all = all;
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
  }

  begin(run: PlannedRun, place: string, epochs: number): void {
    this.#atWork.set(run, { place, epochs, done: 0 });
  }

  /** The state of the run's folder. */
  async end(run: PlannedRun, place: string): Promise<FoundRun | undefined> {
    this.#atWork.delete(run);
    const found = await readRun(place);
    if (found?.isThrough === true) this.#finished++;
    return found;
  }

  fail(): void {
    this.#failed++;
  }

  /** `3 of 11 runs`. */
  counts(): string {
    return `${this.#finished} of ${this.#all} runs${this.#failed > 0 ? `, ${this.#failed} failed` : ""}`;
  }

  say(text: string): void {
    this.#line.clear();
    this.#session.talk(text);
  }

  report(diagnostics: readonly Diagnostic[]): void {
    this.#line.clear();
    this.#session.report(diagnostics);
  }

  finish(): void {
    clearInterval(this.#timer);
    this.#line.clear();
  }

  async #look(): Promise<void> {
    for (const own of this.#atWork.values()) own.done = (await epochsIn(own.place)).length;
    const working = [...this.#atWork].map(
      ([run, { done, epochs }]) => `${runLabel(run)} epoch ${Math.min(done + 1, epochs)}/${epochs}`,
    );
    // Runs of one study take about equally long.
    const parts = [...this.#atWork.values()].reduce((sum, { done, epochs }) => sum + done / epochs, 0);
    const share = this.#finished - this.#before + parts;
    const left = this.#all - this.#before - this.#failed - share;
    const seconds = share > 0 ? ((performance.now() - this.#begun) / 1000 / share) * left : undefined;
    const eta = seconds === undefined ? "" : `  ETA ${duration(seconds)}`;
    this.#line.show(oneLine(`${this.counts()}${eta}  ${working.join(", ")}`));
  }
}
