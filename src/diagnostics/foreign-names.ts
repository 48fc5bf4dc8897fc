/** A name of Python, PyTorch, Keras, ONNX or NumPy, and what stands for it here. */
export interface ForeignName {
  /** Names of this language for it: the first that is known is suggested. */
  readonly words?: readonly string[];
  /** What to write, in a form that follows "Write". */
  readonly write?: string;
  /** What else helps: whole sentences. */
  readonly advice?: string;
}

const noModules =
  "Layers and functions have plain names, without a module before them: `conv(16)`, not `nn.Conv2d(3, 16, 3)`; `x -> relu`, not `F.relu(x)`.";
const noValue =
  "A parameter that must be given has no default; what may be missing is a list: `gates: [layer] = []`, used as `x -> (for gate in gates do gate)`.";
const noSelf =
  "A layer is made where a tensor reaches it: `y = x -> conv(8)`. What `self` holds elsewhere is a parameter or a binding, used by its plain name.";
const axes = "`mean(x, axes: [2, 3], keep: true)`: the axes are a list, the batch is axis 0";

/** By plain spelling: lower case, without `_` and `-`, and without `2d` at the end. */
export const foreignNames: Readonly<Record<string, ForeignName>> = {
  // Layers.
  activation: { write: "the activation as a layer of its own: `x -> conv(16) -> relu`" },
  adaptiveavgpool: { words: ["global_avg_pool"], write: "`x -> global_avg_pool`, or `x -> adaptive_avg_pool(7)`" },
  averagepooling: { words: ["avg_pool"], write: "`x -> avg_pool(2)`" },
  batchnormalization: { words: ["batch_norm"], write: "`x -> batch_norm`" },
  batchnorm: { words: ["batch_norm"], write: "`x -> batch_norm`: its channels follow from x" },
  cat: { words: ["concat"], write: "`concat(a, b, axis: 1)`, or `(a, b) -> concat`" },
  chunk: { words: ["split"], write: "`a, b = split(x, parts: 2)`" },
  concatenate: { words: ["concat"], write: "`concat(a, b, axis: 1)`, or `(a, b) -> concat`" },
  conv: { words: ["conv"], write: "`x -> conv(16, kernel: 3)`: the channels that come in follow from x" },
  convolution: { words: ["conv"], write: "`x -> conv(16, kernel: 3)`: the channels that come in follow from x" },
  convtranspose: { words: ["conv_transpose"], write: "`x -> conv_transpose(16, kernel: 2, stride: 2)`" },
  dense: { words: ["linear"], write: "`x -> linear(10)`: the features that come in follow from x" },
  depthwiseconv: { words: ["depthwise"], write: "`x -> depthwise(kernel: 3)`" },
  fc: { words: ["linear"] },
  gap: { words: ["global_avg_pool"] },
  gemm: { words: ["linear"] },
  globalaveragepool: { words: ["global_avg_pool"] },
  globalaveragepooling: { words: ["global_avg_pool"], write: "`x -> global_avg_pool -> flatten`" },
  globalmaxpooling: { words: ["adaptive_max_pool"], write: "`x -> adaptive_max_pool(1)`" },
  interpolate: { words: ["resize"], write: '`x -> resize((28, 28), mode: "bilinear")`, or `x -> upsample(2)`' },
  linear: { words: ["linear"], write: "`x -> linear(10)`: the features that come in follow from x" },
  maxpooling: { words: ["max_pool"], write: "`x -> max_pool(2)`" },
  modulelist: {
    advice:
      "A list of layers is written in brackets, `[conv(8), conv(16)]`, and joined by `x -> (for f in layers do f)`.",
  },
  multiply: { words: ["mul"] },
  parameter: { write: "`weight scale: float32[1, 8, 1, 1] = ones`, a statement" },
  permute: { words: ["transpose"], write: "`x -> transpose([0, 2, 3, 1])`" },
  pixelshuffle: { write: '`import { pixel_shuffle } from "std/arrange"`, then `x -> pixel_shuffle(2)`' },
  separableconv: { write: '`import { Separable } from "std/separable"`, then `x -> Separable(16)`' },
  sequential: { advice: "Layers are joined by arrows: `conv(8) -> batch_norm -> relu`." },
  stack: {
    advice:
      "Nothing adds an axis by itself: give each tensor the axis with `reshape`, then write `concat(a, b, axis: 1)`.",
  },
  subtract: { words: ["sub"] },
  swish: { words: ["silu"] },
  zeropad: { words: ["pad"] },
  zeropadding: { words: ["pad"] },
  // Methods and fields of tensors.
  amax: { words: ["max"], write: axes.replaceAll("mean", "max") },
  clamp: { words: ["clip"], write: "`x -> clip(min: 0, max: 6)`" },
  contiguous: { advice: "Leave it out: how a tensor lies in memory is no part of a network." },
  cpu: { advice: "Leave it out: the command chooses where a network runs." },
  cuda: { advice: "Leave it out: the command chooses where a network runs." },
  detach: { advice: "Leave it out: `student`, `teacher` and `data` of a recipe say what is trained." },
  device: { advice: "Leave it out: the command chooses where a network runs." },
  expand: { advice: "Leave it out: sizes of 1 are repeated where two tensors are added or multiplied." },
  mean: { words: ["mean"], write: axes },
  ndim: { advice: "The number of axes is always known; count them in the shape." },
  numel: { write: "`channels(x) * height(x) * width(x)`" },
  shape: { words: ["dim"], write: "`channels(x)`, `height(x)`, `width(x)`, or `dim(x, 1)` for any axis" },
  size: { words: ["dim"], write: "`dim(x, 1)`, or `channels(x)`, `height(x)`, `width(x)`" },
  squeeze: { words: ["flatten"], write: "`x -> flatten`, or `x -> reshape([N, channels(x)])`" },
  t: { write: "`x -> transpose([1, 0])`" },
  to: { advice: "Leave it out: the command chooses where a network runs." },
  unsqueeze: { words: ["reshape"], write: "`x -> reshape([N, 1, channels(x)])`" },
  view: { words: ["reshape"], write: "`x -> reshape([N, 58, 2, 7, 7])`, or `x -> flatten`" },
  // Parameters.
  dim: { words: ["axis", "axes"] },
  dims: { words: ["axes"] },
  filters: { words: ["channels"] },
  keepdim: { words: ["keep"] },
  keepdims: { words: ["keep"] },
  kernelsize: { words: ["kernel"] },
  learningrate: { words: ["lr"] },
  numchannels: { words: ["channels"] },
  outchannels: { words: ["channels"] },
  outfeatures: { words: ["features", "channels"] },
  poolsize: { words: ["kernel"] },
  rate: { words: ["lr"] },
  units: { words: ["features", "channels"] },
  // Python.
  append: { advice: "A list is written as a whole: `[for n in widths do 2 * n]`." },
  double: { words: ["float"] },
  enumerate: { write: "`for i in [0..len(xs) - 1] do ...`, and in it `xs[i]`" },
  input: { write: "`input image: float32[N, 3, 224, 224]`, the first line of a model" },
  int: { words: ["floor"], write: "`floor(x)`, `round(x)` or `floor_div(a, b)`" },
  length: { words: ["len"] },
  none: { advice: `There is no \`None\`. ${noValue}` },
  nil: { advice: `There is no \`nil\`. ${noValue}` },
  null: { advice: `There is no \`null\`. ${noValue}` },
  undefined: { advice: `There is no \`undefined\`. ${noValue}` },
  number: { words: ["float"] },
  print: { advice: "Nothing is printed by a network: `lferc stats FILE` lists every layer with its shape." },
  range: {
    advice:
      "A range stands in brackets, and both ends belong to it: `range(n)` is `[0..n - 1]`, as in `for i in [0..len(depths) - 1] do`.",
  },
  reversed: { write: "`[for i in [1..len(xs)] do xs[len(xs) - i]]`" },
  self: { advice: noSelf },
  str: { words: ["string"] },
  super: { advice: noSelf },
  tensor: { advice: "Tensors are named after `on`: `block Unit(channels: int) on x { ... }`." },
  zip: {
    advice:
      "Write one list of tuples, `for a, b in [(16, 1), (24, 2)] do`, or take both lists by index: `xs[i]`, `ys[i]`.",
  },
  // Layers that have nearly the same name here.
  ...Object.fromEntries(
    Object.entries({
      avgpool: "avg_pool(2)",
      dropout: "dropout(0.2)",
      flatten: "flatten",
      gelu: "gelu",
      groupnorm: "group_norm(8)",
      hardsigmoid: "hard_sigmoid",
      hardswish: "hard_swish",
      identity: "identity",
      layernorm: "layer_norm",
      layernormalization: "layer_norm",
      leakyrelu: "leaky_relu(0.1)",
      maxpool: "max_pool(2)",
      pad: "pad(1)",
      relu: "relu",
      relu6: "relu6",
      reshape: "reshape([N, 64])",
      sigmoid: "sigmoid",
      silu: "silu",
      softmax: "softmax",
      tanh: "tanh",
      transpose: "transpose([0, 2, 1])",
      upsample: "upsample(2)",
    }).map(([name, layer]) => [name, { write: `\`x -> ${layer}\`` }]),
  ),
};

export const plain = (name: string): string => name.toLowerCase().replaceAll("_", "").replaceAll("-", "");

/** What is known of a name of other tools; `Conv2d` and `conv3d` are found as `conv`. */
export function foreignName(name: string): ForeignName | undefined {
  const spelling = plain(name);
  for (const key of [spelling, spelling.replace(/[123]d$/, "")]) {
    if (Object.hasOwn(foreignNames, key)) return foreignNames[key];
  }
  return undefined;
}

/** Whether `candidate` is what `name` is called here; `None` is no slip of the keyboard for `zone`. */
export const isCalled = (name: string, candidate: string): boolean =>
  plain(name) === plain(candidate) || foreignName(name)?.words?.includes(candidate) === true;

/** Modules of Python, as they are usually called. */
const modules: ReadonlySet<string> = new Set(
  "nn torch F tf tensorflow keras layers np numpy jax jnp flax math timm torchvision functional".split(" "),
);
export const isForeignModule = (name: string): boolean => modules.has(name);

/** What to write in place of a name of other tools: one sentence or two. */
export function adviceOn(name: string): string | undefined {
  if (isForeignModule(name)) return noModules;
  const { write, advice } = foreignName(name) ?? {};
  return advice ?? (write === undefined ? undefined : `Write ${write}.`);
}
