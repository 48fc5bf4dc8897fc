/** Loads the runtime for models and training steps, and prints a line if it is not the expected one. */
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import type { OnnxRuntime } from "../deploy/runtime.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ChosenEngine } from "../engines/registry.js";
import type { Session } from "./session.js";

/** Prints one line if ONNX Runtime is the slow build: why, and the command that installs the fast one. */
export function talkOfFallback(session: Session, insteadOf: Problem | undefined): void {
  if (insteadOf === undefined) return;
  const { message, help } = insteadOf.diagnose({});
  session.talk(`${message}; using ONNX Runtime in WebAssembly instead, which is slower. ${help}\n`);
}

/** One line on the engine that was taken where none was named: which, and why. */
export function talkOfEngine(session: Session, { engine, triedOf, insteadOf }: ChosenEngine): void {
  if (engine.name === "ort-wasm") talkOfFallback(session, insteadOf);
  else if (insteadOf !== undefined) {
    const { message, help } = insteadOf.diagnose({});
    session.talk(`${message}; using ${engine.name} instead, which is slower. ${help}\n`);
  } else if (triedOf !== undefined) {
    session.talk(`engine: ${engine.name}, the first that runs here of ${triedOf.join(", ")}\n`);
  }
}

/** ONNX Runtime for a command, as `loadOnnxRuntime` finds it. */
export async function loadRuntime(session: Session): Promise<OnnxRuntime | Problem> {
  const runtime = await loadOnnxRuntime();
  if (!isProblem(runtime)) talkOfFallback(session, runtime.insteadOf);
  return runtime;
}

/** The runtime's name in a message about a verification; a test's own runtime has no name. */
export const runtimeTitle = (engine: string | undefined): string =>
  engine === "ort-wasm" ? "ONNX Runtime (WebAssembly)" : "ONNX Runtime";

/** The requested number of threads, or the engine's fixed number, which is then reported. */
export function threadsOf(
  session: Session,
  { name, fixedThreads }: { readonly name: string; readonly fixedThreads?: number | undefined },
  asked: number | undefined,
): number | undefined {
  if (fixedThreads === undefined || asked === fixedThreads) return asked;
  if (asked !== undefined) {
    session.report([diagnose("engine/fixed-threads", { engine: name, has: fixedThreads, asked })]);
  }
  return fixedThreads;
}
