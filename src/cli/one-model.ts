import type { CompiledModel } from "../compiler.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import { talkOfChoice } from "./chosen-model.js";
import type { CompiledPath } from "./compile-file.js";
import { oneFile } from "./one-file.js";
import type { Session } from "./session.js";

export interface OneModel {
  readonly model: CompiledModel;
  readonly compiled: CompiledPath;
}

/** The model that PATH and `--model` select, with its settings; errors are reported. */
export async function compileOneModel(
  session: Session,
  path: string,
  name: string | undefined,
  set: ReadonlyMap<string, string>,
): Promise<OneModel | undefined> {
  const file = await oneFile(session, path);
  if (file === undefined) return undefined;
  const compiled = await session.compilePath(file, { model: name ?? "main", set, graphsOnly: true });
  if (compiled.hasErrors) return undefined;
  const [model, ...more] = compiled.compilation.models;
  if (model === undefined || more.length > 0) {
    const choices = compiled.compilation.models.map((each) => each.name);
    session.report([diagnose("onnx/which-model", { path, choices, flag: "--model NAME" })]);
    return undefined;
  }
  if (name === undefined) talkOfChoice(session, compiled, model.name);
  return { model, compiled };
}
