import { printTorchTraining, type TorchTraining } from "../../src/training/torch-training.js";
import { compile } from "../support/tester.js";

/** A recipe's training; its networks are `model.Student` and `teacher.Teacher`, with the names of lferc. */
export async function printedTraining(
  text: string,
  recipe: string,
  set: ReadonlyMap<string, string> = new Map(),
): Promise<TorchTraining> {
  const { recipes, models, diagnostics } = await compile(text, { recipe, set });
  const [made] = recipes;
  const [student] = models;
  if (made === undefined || student === undefined)
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return printTorchTraining({
    recipe: made,
    deployed: student.graph,
    source: { entry: "model.lfer", texts: new Map([["model.lfer", text]]) },
    sourceSha256: "0".repeat(64),
    set,
    seed: undefined,
    weights: undefined,
    student: { module: "model", className: "Student" },
    teacher: { module: "teacher", className: "Teacher" },
  });
}

/** The texts of its files; the weights are left out. */
export async function printedTexts(
  ...of: Parameters<typeof printedTraining>
): Promise<Readonly<Record<string, string>>> {
  const made = await printedTraining(...of);
  if (made.kind === "refused") throw new Error(made.diagnostics.map(({ message }) => message).join("\n"));
  const files = [...made.files].filter(([name]) => !name.endsWith(".safetensors"));
  return Object.fromEntries(files.map(([name, pieces]) => [name, Buffer.concat(pieces).toString("utf8")]));
}
