/** What runs models and training steps, and what is said where it is not what one would expect. */
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import type { OnnxRuntime } from "../deploy/runtime.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Session } from "./session.js";

/** One line where ONNX Runtime is the slow one: why, and the command for the fast one. */
export function talkOfFallback(session: Session, insteadOf: Problem | undefined): void {
  if (insteadOf === undefined) return;
  const { message, help } = insteadOf.diagnose({});
  session.talk(`${message}; using ONNX Runtime in WebAssembly instead, which is slower. ${help}\n`);
}

/** ONNX Runtime for a command, as `loadOnnxRuntime` finds it. */
export async function loadRuntime(session: Session): Promise<OnnxRuntime | Problem> {
  const runtime = await loadOnnxRuntime();
  if (!isProblem(runtime)) talkOfFallback(session, runtime.insteadOf);
  return runtime;
}

/** How a line for people names the runtime that proved something; a test's own has no name. */
export const runtimeTitle = (engine: string | undefined): string =>
  engine === "ort-wasm" ? "ONNX Runtime (WebAssembly)" : "ONNX Runtime";

/** The threads that were asked for, or those that the engine has whatever is asked: that is said. */
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
