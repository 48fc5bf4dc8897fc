/** Names of a run folder's files. */
export const runFiles = {
  about: "run.json",
  model: "model.lfer",
  /** The texts, where they do not all lie below the model's folder: a folder. */
  source: "source",
  metrics: "metrics.jsonl",
  best: "best.safetensors",
  last: "last.safetensors",
  state: "state.json",
  heldOut: "held-out.json",
  curves: "curves.svg",
  confusion: "confusion.svg",
  report: "report.html",
  /** TensorBoard takes every file with `tfevents` in its name; a name of its own for each process would count epochs twice. */
  events: "events.out.tfevents.lfer",
  /** What the best weights say of each picture held out, once the run is through. */
  answers: "answers.csv",
  onnx: "model.onnx",
  /** The run that trains the teacher, a folder. */
  teacher: "teacher",
  /** While a process trains here. */
  lock: "run.lock",
} as const;

/** The run of a part of the training pictures, a folder; counts from 1. */
export const foldFolder = (index: number): string => `fold-${index}`;

/** Every slot of the step at the end of epoch E: `state-E.safetensors`. */
export const slotFiles = /^state-\d+\.safetensors$/;
