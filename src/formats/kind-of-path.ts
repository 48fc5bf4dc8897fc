/** What a file is by its name or else its first bytes, for commands that were given a file of another kind. */
import { fileKindOf } from "./file-kind.js";
import { fileKinds } from "./file-kinds.js";

/** What one does with such a file: a message says that. */
export type FileFamily = "source" | "onnx" | "program" | "weights" | "picture" | "table" | "pointer" | "other";

export interface NamedKind {
  readonly family: FileFamily;
  /** In words: "a Python program". */
  readonly title: string;
}

const kind = (family: FileFamily, title: string): NamedKind => ({ family, title });

const checkpoint = kind("weights", "a PyTorch checkpoint");
const keras = kind("weights", "a Keras file");
const picture = kind("picture", "a picture");
const yaml = kind("other", "a YAML text");

const byEnding: Readonly<Record<string, NamedKind>> = {
  ".lfer": kind("source", "a .lfer file"),
  ".onnx": kind("onnx", "an ONNX file"),
  ".py": kind("program", "a Python program"),
  ".ipynb": kind("program", "a Jupyter notebook"),
  ".pth": checkpoint,
  ".pt": checkpoint,
  ".ckpt": checkpoint,
  ".safetensors": kind("weights", "a file of weights"),
  ".h5": keras,
  ".keras": keras,
  ".tflite": kind("other", "a TensorFlow Lite model"),
  ".jpg": picture,
  ".jpeg": picture,
  ".png": picture,
  ".svg": kind("other", "a drawing"),
  ".csv": kind("table", "a table"),
  ".json": kind("table", "a JSON text"),
  ".yaml": yaml,
  ".yml": yaml,
  ".toml": kind("other", "a TOML text"),
  ".md": kind("other", "a Markdown text"),
};

/** Undefined if neither tells. A plain text without a known ending may be anything. */
export function kindOfPath(path: string, bytes: Uint8Array): NamedKind | undefined {
  const found = fileKindOf(bytes);
  // Git has it in place of a file of any name.
  if (found === "lfs-pointer") return kind("pointer", fileKinds[found]);
  const named = byEnding[/\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? ""];
  if (named !== undefined) return named;
  if (found === undefined || found === "text" || found === "empty") return undefined;
  return kind(found === "picture" ? "picture" : "other", fileKinds[found]);
}
