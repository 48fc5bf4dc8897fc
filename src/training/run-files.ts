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
  /** TensorBoard reads every file with `tfevents` in its name; with one name per process, epochs would count twice. */
  events: "events.out.tfevents.lfer",
  /** Predictions of the best weights for each held-out picture, once the run is complete. */
  answers: "answers.csv",
  onnx: "model.onnx",
  /** The folder of the teacher's run. */
  teacher: "teacher",
  /** Exists while a process trains here. */
  lock: "run.lock",
} as const;

/** The folder of a fold's run; counts from 1. */
export const foldFolder = (index: number): string => `fold-${index}`;

/** Every slot of the step at the end of epoch E: `state-E.safetensors`. */
export const slotFiles = /^state-\d+\.safetensors$/;
