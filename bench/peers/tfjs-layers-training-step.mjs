/**
 * LFER-LDL's training step as a user of TensorFlow.js writes it by hand: tf.layers, its own autodiff, its own optimiser. Timed on
 * request, as torch_training_step.py: a line `step` on stdin runs one and answers with its milliseconds, `peak` answers with the
 * largest memory of this process in MiB. Needs @tensorflow/tfjs-node.
 *
 * Usage: node tfjs_layers_training_step.mjs SIZE BATCH THREADS PARAMETERS     (PARAMETERS: how many the network must have)
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import util from "node:util";

const [size, batch, threads, parameters] = process.argv.slice(2).map(Number);
const classes = 7;
const stem = 29;

// Read by libtensorflow when it is loaded. Node 23 took two functions away that tfjs-node 4.22 calls.
process.env.TF_NUM_INTRAOP_THREADS = String(threads);
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const { default: tf } = await import("@tensorflow/tfjs-node");

/** A layer without weights: a function of tensors. */
function weightless(name, call, shapeOf) {
  class Weightless extends tf.layers.Layer {
    static className = name;
    call(inputs) {
      return tf.tidy(() => call(Array.isArray(inputs) ? inputs[0] : inputs));
    }
    computeOutputShape(shape) {
      return shapeOf(shape);
    }
  }
  tf.serialization.registerClass(Weightless);
  return (x) => new Weightless({}).apply(x);
}

const halves = weightless(
  "Halves",
  (x) => tf.split(x, 2, 3),
  ([n, h, w, c]) => [
    [n, h, w, c / 2],
    [n, h, w, c / 2],
  ],
);
const quadrants = weightless(
  "Quadrants",
  (x) => tf.split(x, 2, 1).flatMap((row) => tf.split(row, 2, 2)),
  ([n, h, w, c]) => Array.from({ length: 4 }, () => [n, h / 2, w / 2, c]),
);
const shuffle = weightless(
  "Shuffle",
  (x) => {
    const [n, h, w, c] = x.shape;
    return x
      .reshape([n, h, w, 2, c / 2])
      .transpose([0, 1, 2, 4, 3])
      .reshape([n, h, w, c]);
  },
  (shape) => shape,
);
const mish = weightless(
  "Mish",
  (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  (shape) => shape,
);

const batchNorm = (x) => tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }).apply(x);
const relu = (x) => tf.layers.reLU().apply(x);
const relu6 = (x) => tf.layers.reLU({ maxValue: 6 }).apply(x);
const joined = (parts, axis) => tf.layers.concatenate({ axis }).apply(parts);
const convolution = (x, filters, kernelSize = 1, strides = 1) =>
  tf.layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false }).apply(x);
const depthwise = (x, strides = 1, depthMultiplier = 1) =>
  tf.layers
    .depthwiseConv2d({
      kernelSize: 3,
      strides,
      depthMultiplier,
      padding: "same",
      depthwiseInitializer: "heNormal",
      useBias: false,
    })
    .apply(x);
const pointwise = (x, channels) => relu(batchNorm(convolution(x, channels)));

function unit(x) {
  const [left, right] = halves(x);
  const half = right.shape[3];
  return shuffle(joined([left, pointwise(batchNorm(depthwise(pointwise(right, half))), half)], 3));
}

function downUnit(x, channels) {
  const half = channels / 2;
  const left = pointwise(batchNorm(depthwise(x, 2)), half);
  return shuffle(joined([left, pointwise(batchNorm(depthwise(pointwise(x, half), 2)), half)], 3));
}

function stage(x, channels, units) {
  let out = downUnit(x, channels);
  for (let i = 1; i < units; i++) out = unit(out);
  return out;
}

function localFeatures(x) {
  const parts = quadrants(x).map((part) => relu6(batchNorm(depthwise(relu6(batchNorm(depthwise(part, 2, 4)))))));
  return joined([joined(parts.slice(0, 2), 2), joined(parts.slice(2), 2)], 1);
}

function lferLdl() {
  const image = tf.input({ shape: [size, size, 3] });
  const stemmed = relu(batchNorm(convolution(image, stem, 3, 2)));
  const conv1 = tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }).apply(stemmed);
  const fused = tf.layers.add().apply([stage(conv1, 116, 4), localFeatures(conv1)]);
  const conv5 = pointwise(stage(stage(fused, 232, 8), 464, 4), 1024);
  const pooled = tf.layers
    .reshape({ targetShape: [1, 1, 1024] })
    .apply(tf.layers.globalAveragePooling2d({}).apply(conv5));
  const logits = tf.layers.flatten().apply(convolution(mish(batchNorm(depthwise(pooled))), classes));
  return tf.model({ inputs: image, outputs: tf.layers.softmax().apply(logits) });
}

const model = lferLdl();
const own = model.trainableWeights.reduce(
  (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
  0,
);
if (own !== parameters) throw new Error(`the peer has ${own} parameters, not ${parameters}`);
model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
const pictures = tf.randomNormal([batch, size, size, 3], 0, 1, "float32", 0);
const labels = tf.oneHot(tf.range(0, batch, 1, "int32").mod(tf.scalar(classes, "int32")), classes).cast("float32");
const step = () => model.trainOnBatch(pictures, labels);

await step();
await step();
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const from = performance.now();
  if (line === "peak") {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    console.log(kib === undefined ? "unknown" : Number(kib) / 1024);
    continue;
  }
  await step();
  console.log(performance.now() - from);
}
