import { readFileSync } from "node:fs";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { pickle, tensor, text } from "../weights/pickle-text.js";
import { checkpointOf, zipOf } from "../weights/zip-file.js";

const model = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(2, kernel: 1, padding: 0, bias: true) -> flatten
  output logits
}
`;

const names = { weight: "logits.weight", bias: "logits.bias" };

interface Stored {
  readonly name: string;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly from: number;
  readonly to: number;
}

/** A safetensors file: eight bytes of header length, the header, the data. */
function fileOf(header: string, data = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

const entry = ({ name, shape = [0], dtype = "F32", from, to }: Stored): string =>
  `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [from, to] })}`;

const stored = (entries: readonly Stored[], bytes: number): Uint8Array =>
  fileOf(`{${entries.map(entry).join(",")}}`, new Uint8Array(bytes));

const weight: Stored = { name: names.weight, shape: [2, 3, 1, 1], from: 0, to: 24 };
const bias: Stored = { name: names.bias, shape: [2], from: 24, to: 32 };

/** Builds with this file as weights, by this name map. */
const building = (weights: Uint8Array | undefined, map?: string) => (): Promise<readonly string[]> =>
  inFolder(
    { "m.lfer": model, "n.map": map ?? "", ...(weights === undefined ? {} : { "w.safetensors": weights }) },
    (cwd) => {
      const args = ["build", "m.lfer", "--target", "onnx", "-o", "m.onnx", "--weights", "w.safetensors", "--no-verify"];
      return reportedCodes([...args, ...(map === undefined ? [] : ["--weights-map", "n.map"])], cwd);
    },
  );

/** Builds a network with labels, whose outputs are mixed by a further layer or not, from a file with this list of labels. */
const labelled = (list: string, more = "", of = "logits", outputs = ""): Promise<readonly string[]> => {
  const file = fileOf(
    `{"__metadata__":{"lfer.labels.${of}":${JSON.stringify(list)}},${[weight, bias].map(entry).join(",")}}`,
    new Uint8Array(32),
  );
  const text = model
    .replace("-> flatten", `-> global_avg_pool -> flatten${more}`)
    .replace("output logits", outputs || `output logits: labels(["a", "b"])`);
  return inFolder({ "m.lfer": text, "w.safetensors": file }, (cwd) =>
    reportedCodes(["build", "m.lfer", "-o", "m.onnx", "--weights", "w.safetensors", "--no-verify"], cwd),
  );
};

/** A file written by PyTorch (test/weights/pytorch). */
const kept = (name: string): Uint8Array => readFileSync(new URL(`../weights/pytorch/${name}`, import.meta.url));

const surplus = Array.from({ length: 25 }, (_, i): Stored => ({ name: `x${i}`, shape: [0], from: 32, to: 32 }));
const notFinite = stored([weight, bias], 32);
new DataView(notFinite.buffer, notFinite.byteOffset).setFloat32(notFinite.byteLength - 32, Number.NaN, true);

/** The network of test/weights/pytorch/make_files.py. */
const tinyModel = `lfer 1

model Tiny {
  input image: float32[N, 3, 8, 8]
  body = image -> conv(4, padding: 0) -> batch_norm -> relu
  head = body -> global_avg_pool -> flatten -> linear(2)
  output head
}
`;
const tinyMap = "features.0 -> body.conv\nfeatures.1 -> body.batch_norm\n";

/** Provokes each `weights/` diagnostic. */
export const weightsScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "weights/file-unreadable": building(undefined),
  "weights/not-weights": building(Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")),
  "weights/file-too-short": building(new Uint8Array(7)),
  "weights/header-too-large": building(new Uint8Array(9).fill(0xff)),
  "weights/header-not-json": building(fileOf("{'a': 1}")),
  "weights/duplicate-key": building(stored([weight, weight], 24)),
  "weights/entry-invalid": building(fileOf('{"a":1}')),
  "weights/unsupported-dtype": building(stored([{ ...weight, dtype: "F8_E4M3" }, bias], 32)),
  "weights/size-mismatch": building(
    stored(
      [
        { ...weight, to: 20 },
        { ...bias, from: 20, to: 28 },
      ],
      28,
    ),
  ),
  "weights/outside-file": building(stored([weight, bias], 28)),
  "weights/overlap": building(stored([weight, { ...bias, from: 20, to: 28 }], 28)),
  "weights/gap": building(stored([weight, bias], 40)),
  "weights/missing-tensor": building(stored([weight], 24)),
  "weights/surplus-tensor": building(stored([weight, bias, { name: "head", shape: [0], from: 32, to: 32 }], 32)),
  "weights/wrong-shape": building(stored([{ ...weight, shape: [3, 2, 1, 1] }, bias], 32)),
  "weights/not-finite": building(notFinite),
  "weights/more-of-the-same": building(stored([weight, bias, ...surplus], 32)),
  "weights/labels-differ": () => labelled(`["a","c"]`),
  "weights/labels-order": () => labelled(`["b","a"]`, " -> softmax(axis: 0)"),
  "weights/labels-unplaced": () =>
    labelled(`["a","b"]`, "", "answer", `more = logits * 2\n  output logits: labels(["b", "a"])\n  output more`),
  "weights/labels-contradict": () =>
    labelled(`["a","b"]`, "", "logits", `more = logits * 2\n  output logits\n  output more: labels(["b", "a"])`),
  "weights/bad-labels": () => labelled(`["a"]`),
  "weights/archive-damaged": building(kept("tiny.pth").subarray(0, 2000)),
  "weights/archive-packed": building(kept("deflated.pth")),
  "weights/no-checkpoint": building(zipOf([{ name: "readme.txt", data: "hello" }])),
  "weights/torchscript": building(kept("torchscript.pt")),
  "weights/byte-order": building(kept("big-endian.pth")),
  "weights/pickle-damaged": building(checkpointOf(pickle("}"))),
  "weights/forbidden-opcode": building(checkpointOf(pickle("(ios\nsystem\n."))),
  "weights/forbidden-global": building(kept("hostile.pth")),
  "weights/unread-argument": building(checkpointOf(pickle("ccollections\nOrderedDict\n(K\x01K\x02tR."))),
  "weights/whole-module": building(kept("whole-module.pth")),
  "weights/storage-missing": building(checkpointOf(pickle("}", text("a"), ...tensor(4), "s."))),
  "weights/no-state-dict": building(checkpointOf(pickle("}."))),
  "weights/several-state-dicts": () =>
    inFolder({ "m.lfer": tinyModel, "w.pth": kept("tiny-ema.pth"), "n.map": tinyMap }, (cwd) => {
      const args = ["build", "m.lfer", "-o", "m.onnx", "--weights", "w.pth", "--weights-map", "n.map", "--no-verify"];
      return reportedCodes(args, cwd);
    }),
  "weights/map-unreadable": () =>
    inFolder({ "m.lfer": model, "w.safetensors": stored([weight, bias], 32) }, (cwd) => {
      const args = [
        "build",
        "m.lfer",
        "-o",
        "m.onnx",
        "--weights",
        "w.safetensors",
        "--weights-map",
        "torchvision-resnt",
      ];
      return reportedCodes(args, cwd);
    }),
  "weights/map-syntax": building(stored([weight, bias], 32), "logits = logits"),
  "weights/map-ambiguous": building(stored([{ ...weight, name: "x" }, bias], 32), "x -> logits.*"),
  "weights/map-clash": building(stored([weight, { ...bias, name: "b" }], 32), "b -> logits.weight\nlogits -> logits"),
  "weights/nothing-fits": building(stored([{ ...weight, name: "head.0.weight", shape: [6] }], 24)),
  "weights/names-differ": building(
    stored(
      [
        { ...weight, name: "head.weight" },
        { ...bias, name: "head.bias" },
      ],
      32,
    ),
  ),
};
