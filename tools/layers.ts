// Which folders may import which. The table of docs/architecture.md and the check of test/house/layers.test.ts are made from it.

export interface Layer {
  /** A folder of src, or one of its own files. */
  readonly place: string;
  readonly does: string;
  /** Places further up in the list, with the folders in them. In a row of one of its own folders, a place means only its own files. */
  readonly mayImport: readonly string[];
}

/** From the bottom to the top. A file belongs to the longest place that contains it. */
export const layers: readonly Layer[] = [
  { place: "version.ts", does: "lferc's version", mayImport: [] },
  {
    place: "formats",
    does: "shared formats: what a file is by its first bytes, cells of CSV, JSON within limits, SHA-256",
    mayImport: [],
  },
  { place: "random", does: "the counter-based generator", mayImport: [] },
  { place: "std", does: "the standard library's texts", mayImport: [] },
  {
    place: "diagnostics",
    does: "messages: catalogue, spans, renderers (text in, text out)",
    mayImport: ["formats", "version.ts"],
  },
  {
    place: "hosts",
    does: "file access behind one interface: disk, memory; the only place that writes: whole files, folders, locks",
    mayImport: ["formats"],
  },
  { place: "syntax", does: "text to tokens to syntax tree, and back", mayImport: ["diagnostics"] },
  {
    place: "ir",
    does: "the graph: values, shapes, builder, verifier, text form",
    mayImport: ["diagnostics", "formats"],
  },
  {
    place: "recipe",
    does: "what a recipe and a check may contain: typed signatures, no behaviour",
    mayImport: ["diagnostics"],
  },
  { place: "ops", does: "one file per op, with everything known about it", mayImport: ["ir", "diagnostics"] },
  {
    place: "semantics",
    does: "the basis of all semantics: values, types, modules, scopes, the network under construction, limits",
    mayImport: ["syntax", "recipe", "ops", "ir", "diagnostics"],
  },
  {
    place: "semantics/calls",
    does: "calls: arguments checked against a signature, built-in functions, layers and ops applied",
    mayImport: ["semantics", "syntax", "recipe", "ops", "ir", "diagnostics"],
  },
  {
    place: "semantics/expressions",
    does: "expressions and statements to values: one file per construct, connected by the evaluator",
    mayImport: ["semantics/calls", "semantics", "syntax", "recipe", "ops", "ir", "diagnostics"],
  },
  {
    place: "semantics/names",
    does: "files linked to modules, the order of declarations, unused names",
    mayImport: ["semantics/calls", "semantics", "syntax", "diagnostics"],
  },
  {
    place: "semantics/models",
    does: "declarations evaluated by themselves; models and their arguments to graphs",
    mayImport: [
      "semantics/expressions",
      "semantics/names",
      "semantics/calls",
      "semantics",
      "syntax",
      "ir",
      "diagnostics",
    ],
  },
  {
    place: "semantics/recipes",
    does: "a recipe's networks, data and settings; its loss as a graph, with classes matched by name",
    mayImport: [
      "semantics/models",
      "semantics/expressions",
      "semantics/calls",
      "semantics",
      "syntax",
      "recipe",
      "ops",
      "ir",
      "diagnostics",
    ],
  },
  {
    place: "semantics/checks",
    does: "the claims of a `check`, and what a text marks as assumed",
    mayImport: ["semantics/expressions", "semantics/calls", "semantics", "syntax", "recipe", "diagnostics"],
  },
  {
    place: "source",
    does: "a file and its imports, read once; where the texts come from",
    mayImport: ["semantics", "syntax", "std", "hosts", "formats", "diagnostics"],
  },
  {
    place: "reference",
    does: "the float64 interpreter: the executable specification",
    mayImport: ["ops", "ir", "random", "diagnostics"],
  },
  {
    place: "analysis",
    does: "analyses of a graph: counts, memory, receptive field, budgets",
    mayImport: ["ops", "recipe", "ir", "formats", "diagnostics"],
  },
  {
    place: "compiler.ts",
    does: "the entry point `compile`: loaded texts to graphs, checks and recipes",
    mayImport: ["source", "semantics", "analysis", "recipe", "ir", "diagnostics"],
  },
  {
    place: "compile-budget.ts",
    does: "the entry point `compileBudget`: a file of one check without a model's name to its claims",
    mayImport: ["semantics", "recipe", "syntax", "diagnostics"],
  },
  {
    place: "passes",
    does: "graph to graph, one pass per file",
    mayImport: ["analysis", "ops", "ir", "diagnostics"],
  },
  {
    place: "autodiff",
    does: "graph to graph: the backward pass, from each op's gradient",
    mayImport: ["ops", "ir", "diagnostics"],
  },
  {
    place: "step",
    does: "model, loss and optimiser to one training-step graph and its masks; pure",
    mayImport: ["autodiff", "ops", "recipe", "ir", "random", "diagnostics"],
  },
  {
    place: "weights",
    does: "weight files, read and written: safetensors, PyTorch's checkpoints (`pytorch/`), name maps (`names/`, `maps/`), initialisation",
    mayImport: ["ops", "ir", "random", "formats", "diagnostics"],
  },
  {
    place: "targets/onnx",
    does: "graph to an ONNX file, and its verification; `read/`: a file back to a graph, for counting",
    mayImport: ["passes", "weights", "analysis", "reference", "ops", "recipe", "ir", "formats", "diagnostics"],
  },
  {
    place: "targets/onnx/quantize",
    does: "an ONNX file on 8-bit numbers: ranges, layers that stay float32, QDQ nodes",
    mayImport: ["targets/onnx", "autodiff", "passes", "ops", "ir", "diagnostics"],
  },
  {
    place: "targets/onnx-train",
    does: "a training step to an ONNX file with its initial state, and its verification",
    mayImport: ["targets/onnx", "weights", "reference", "ops", "ir", "diagnostics"],
  },
  {
    place: "targets/tfjs",
    does: "a graph to a program of TensorFlow.js kernels; a call of a kernel as a GraphModel node and as a printed call",
    mayImport: ["step", "ops", "ir", "diagnostics"],
  },
  {
    place: "targets/tfjs-model",
    does: "a network to the folder of a TensorFlow.js GraphModel, and its verification",
    mayImport: ["targets/tfjs", "targets/onnx", "passes", "weights", "ops", "ir", "diagnostics"],
  },
  {
    place: "targets/tfjs-train",
    does: "a training step to an ES module of TensorFlow.js calls, with its first state, schedule and masks, and its verification",
    mayImport: [
      ...["targets/tfjs", "targets/onnx-train", "targets/onnx", "weights", "step", "reference"],
      ...["ops", "ir", "diagnostics"],
    ],
  },
  {
    place: "targets/torch",
    does: "a network to a PyTorch module, and a graph to a function of Python",
    mayImport: ["semantics", "ops", "ir", "diagnostics"],
  },
  {
    place: "targets/torch-train",
    does: "a recipe's training to scripts of Python: loss, schedule, sampling, augmentation, the run's folder",
    mayImport: ["step", "reference", "ops", "recipe", "ir", "random"],
  },
  {
    place: "targets/svg",
    does: "a network as a diagram: folded, laid out, drawn",
    mayImport: ["analysis", "ops", "recipe", "ir", "diagnostics"],
  },
  {
    place: "judging",
    does: "predictions to metrics: accuracy by class, confusion, calibration, intervals; pure",
    mayImport: ["random", "formats", "diagnostics"],
  },
  {
    place: "data",
    does: "pictures and labels to batches: data sets, decoding, resizing, augmentation, sampling",
    mayImport: ["recipe", "random", "formats", "diagnostics"],
  },
  {
    place: "deploy",
    does: "runs a built model: predict, and its predictions on labelled pictures",
    mayImport: ["targets/onnx", "passes", "data", "judging", "hosts", "ir", "formats", "diagnostics"],
  },
  {
    place: "import",
    does: "an ONNX file to a `.lfer` text with blocks, its weights, and the proof that both are the file's network",
    mayImport: [
      ...["compiler.ts", "targets/onnx", "weights", "reference", "analysis", "recipe", "syntax", "ops", "ir"],
      ...["hosts", "formats", "diagnostics"],
    ],
  },
  {
    place: "build-model.ts",
    does: "the entry point `buildOnnx`",
    mayImport: ["compiler.ts", "deploy", "targets/onnx", "source", "version.ts", "diagnostics"],
  },
  {
    place: "engines",
    does: "run a training step: `ort` (blocked or portable, on CPU, WebGPU, CUDA), `ort-wasm`, TensorFlow.js on its backends",
    mayImport: [
      ...["targets/onnx", "targets/onnx-train", "targets/tfjs-model", "targets/tfjs", "deploy", "step", "passes"],
      ...["ops", "ir", "version.ts", "diagnostics"],
    ],
  },
  {
    place: "training",
    does: "a recipe to a run: plan, loop, evaluation, checkpoints, output files",
    mayImport: [
      ...["engines", "deploy", "data", "judging", "targets/onnx", "targets/onnx-train", "targets/tfjs-train"],
      ...["targets/torch", "targets/torch-train", "weights", "step", "reference"],
      ...["semantics", "recipe", "ops", "ir", "hosts", "random", "formats", "version.ts", "diagnostics"],
    ],
  },
  {
    place: "report",
    does: "a run to a report: charts, one page, TensorBoard events",
    mayImport: ["training", "judging", "formats", "diagnostics"],
  },
  {
    place: "studies",
    does: "several runs as one study: the settings of a sweep, runs found on disk, tables, plots",
    mayImport: ["training", "report", "analysis", "formats", "diagnostics"],
  },
  {
    place: "testing",
    does: "the test kit, `lfer/testing`",
    mayImport: ["compiler.ts", "hosts", "diagnostics"],
  },
  {
    place: "index.ts",
    does: 'what `import ... from "lfer"` exports',
    mayImport: ["compiler.ts", "build-model.ts", "analysis", "semantics", "ops", "ir", "hosts", "diagnostics"],
  },
  {
    place: "cli",
    does: "one file per command: arguments in, text and exit code out",
    mayImport: [
      ...["studies", "report", "training", "engines", "deploy", "judging", "data", "targets/svg", "targets/onnx-train"],
      "import",
      ...[
        "targets/tfjs-model",
        "targets/tfjs-train",
        "targets/torch",
        "targets/onnx",
        "weights",
        "passes",
        "compiler.ts",
        "compile-budget.ts",
        "analysis",
        "source",
        "semantics",
        "recipe",
        "syntax",
      ],
      ...["ir", "hosts", "random", "formats", "version.ts", "diagnostics"],
    ],
  },
];

/** Whether a place is among those that a layer's row names; type-only imports count too. */
export const isNamed = ({ place: own, mayImport }: Layer, place: string): boolean =>
  mayImport.some((each) => each === place || (place.startsWith(`${each}/`) && !own.startsWith(`${each}/`)));

/** The layer of a path below src. */
export function layerOf(path: string): Layer | undefined {
  return layers
    .filter(({ place }) => path === place || path.startsWith(`${place}/`))
    .toSorted((one, other) => other.place.length - one.place.length)[0];
}
