/** Names of a run folder's files. */
export const runFiles = {
  about: "run.json",
  model: "model.lfer",
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
  /** While a process trains here. */
  lock: "run.lock",
} as const;

/** Every slot of the step at the end of epoch E: `state-E.safetensors`. */
export const slotFiles = /^state-\d+\.safetensors$/;
