/** Names of a run folder's files. */
export const runFiles = {
  about: "run.json",
  model: "model.lfer",
  metrics: "metrics.jsonl",
  best: "best.safetensors",
  last: "last.safetensors",
  state: "state.json",
  heldOut: "held-out.json",
  /** Of the epoch with the best weights, on the pictures held out. */
  answers: "answers.csv",
  curves: "curves.svg",
  confusion: "confusion.svg",
  report: "report.html",
  onnx: "model.onnx",
  /** While a process trains here. */
  lock: "run.lock",
} as const;

/** Every slot of the step at the end of epoch E: `state-E.safetensors`. */
export const slotFiles = /^state-\d+\.safetensors$/;
