import { didYouMean, entry } from "../entry.js";
import { fetchCudaFiles, installTfjs } from "../install-runtime.js";

const train = "lferc train models/lfer_ldl.lfer --recipe CrossEntropy";
const good = { command: "lferc info" };

export const engineEntries = {
  "engine/unknown": entry<{ name: string; suggestion: string | undefined; known: string }>({
    severity: "error",
    message: (h) => `there is no engine "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => `The engines are ${h.known}; \`lferc info\` says which of them can run here.`,
    explanation: "An engine runs training steps; each one needs its own packages and drivers.",
    bad: { command: `${train} --engine ort-webgup` },
    good: { command: `${train} --engine ort-webgpu` },
  }),

  "engine/no-webgpu": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `ONNX Runtime's WebGPU does not work here: ${h.reason}`,
    help: () =>
      "It needs a GPU and its driver: on Linux one for Vulkan, with its loader (libvulkan1), on Windows Direct3D 12, on macOS Metal. The engine `ort` needs neither.",
    explanation:
      "The engine `ort-webgpu` runs every node of a step on the GPU with WebGPU, which onnxruntime-node has for most platforms.",
    bad: { command: `${train} --engine ort-webgpu` },
    good,
  }),

  "engine/no-cuda": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `ONNX Runtime's CUDA does not work here: ${h.reason}`,
    help: () =>
      `It needs Linux on x64, an NVIDIA GPU with its driver, CUDA 12 and cuDNN 9, and ONNX Runtime's own CUDA libraries: \`${fetchCudaFiles()}\`. The engine \`ort\` needs none of them.`,
    explanation:
      "The engine `ort-cuda` runs a step on an NVIDIA GPU. The libraries for it are too large for the npm package, so the package's install script fetches them.",
    bad: { command: `${train} --engine ort-cuda` },
    good,
  }),

  "engine/no-tfjs-node": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `@tensorflow/tfjs-node cannot be loaded: ${h.reason}`,
    help: () =>
      `Install it beside lfer: \`${installTfjs("@tensorflow/tfjs-node")}\`. It downloads libtensorflow; where it cannot, the engine \`ort\` needs neither.`,
    explanation:
      "The engine `tfjs-node` trains on TensorFlow.js with its native library. Nothing else needs that package, so it is never installed with lfer.",
    bad: { command: `${train} --engine tfjs-node` },
    good: { command: installTfjs("@tensorflow/tfjs-node") },
  }),

  "engine/no-tfjs-node-gpu": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `@tensorflow/tfjs-node-gpu cannot be used: ${h.reason}`,
    help: () =>
      `It needs an NVIDIA GPU and the CUDA and cuDNN of its libtensorflow (2.9.1: CUDA 11.2, cuDNN 8.1), which know no newer GPUs, and \`${installTfjs("@tensorflow/tfjs-node-gpu")}\`. The engine \`ort\` needs none of them.`,
    explanation:
      "The engine `tfjs-node-gpu` trains on TensorFlow.js with its native library for NVIDIA GPUs. No GPU of ours is old enough for it: no step of lfer's ever ran there.",
    bad: { command: `${train} --engine tfjs-node-gpu` },
    good,
  }),

  "engine/no-tfjs-backend": entry<{ backend: string; reason: string; install: string }>({
    severity: "error",
    message: (h) => `${h.backend} cannot be used: ${h.reason}`,
    help: (h) => `Install it beside lfer: \`${h.install}\`. The engine \`ort\` is faster and needs none of it.`,
    explanation:
      "The engines `tfjs-wasm` and `tfjs-webgpu` train on the backends of TensorFlow.js that browsers use. They are for trying what will run in a page.",
    bad: { command: `${train} --engine tfjs-wasm` },
    good: { command: installTfjs("@tensorflow/tfjs-backend-wasm") },
  }),

  "engine/refuses-step": entry<{ engine: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.engine} cannot run this training step: ${h.reason}`,
    help: () => "The engine `ort` runs every step. A smaller batch or picture may fit this one.",
    explanation:
      "GPUs have limits that CPUs do not have: on the size of a buffer, and on the number of buffers of one kernel. WebAssembly has 4 GiB of memory for everything.",
    bad: { command: `${train} --engine ort-webgpu` },
    good: { command: `${train} --engine ort` },
  }),

  "engine/fixed-threads": entry<{ engine: string; has: number; asked: number }>({
    severity: "warning",
    message: (h) => `${h.engine} runs on ${h.has} thread${h.has === 1 ? "" : "s"}, not on ${h.asked}`,
    help: () => "Leave `--threads` out; the engine `ort` uses as many as you ask for.",
    explanation: "ONNX Runtime in WebAssembly runs on the thread that calls it.",
    bad: { command: `${train} --engine ort-wasm --threads 4` },
    good: { command: `${train} --engine ort-wasm` },
  }),
} as const;
