import { readFileSync } from "node:fs";
import type { StoredTensor, WeightFile } from "../../src/weights/weight-file.js";

/** The names and shapes of networks of a library, as bench/peers/weight_names.py wrote them, in the order of the state_dict. */
export function weightNames(library: "torchvision" | "timm"): ReadonlyMap<string, WeightFile> {
  const text = readFileSync(new URL(`./names/${library}.txt`, import.meta.url), "utf8");
  const [, ...networks] = text.split(/^== /m);
  return new Map(
    networks.map((network) => {
      const [name = "", ...lines] = network.trimEnd().split("\n");
      const tensors = tensorsBelow(lines, "");
      return [
        name,
        {
          file: `${name}.pth`,
          entry: "",
          tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
          metadata: new Map(),
        },
      ];
    }),
  );
}

/** The tensors of a tree's lines; `1-5` stands for five parts with the same below each. */
function tensorsBelow(lines: readonly string[], before: string): readonly StoredTensor[] {
  const tensors: StoredTensor[] = [];
  for (let at = 0; at < lines.length; ) {
    const [part = "", ...about] = (lines[at] ?? "").split(" ");
    let end = at + 1;
    while (lines[end]?.startsWith(" ")) end++;
    const below = lines.slice(at + 1, end).map((line) => line.slice(1));
    for (const name of partsOf(part)) {
      tensors.push(
        ...(about.length > 0 ? layerOf(`${before}${name}`, about) : tensorsBelow(below, `${before}${name}.`)),
      );
      if (about.length > 0) tensors.push(...tensorsBelow(below, `${before}${name}.`));
    }
    at = end;
  }
  return tensors;
}

function partsOf(part: string): readonly string[] {
  const [, first, last] = /^([0-9]+)-([0-9]+)$/.exec(part) ?? [];
  if (first === undefined) return [part];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${Number(first) + i}`);
}

const more: Readonly<Record<string, readonly string[]>> = {
  bias: ["bias"],
  norm: ["bias"],
  batch_norm: ["bias", "running_mean", "running_var"],
};

/** `SHAPE`, `SHAPE bias`, `WIDTH norm`, `WIDTH batch_norm`: a layer's tensors; `= SHAPE`: a tensor of this name. */
function layerOf(name: string, [first = "", second = ""]: readonly string[]): readonly StoredTensor[] {
  const tensor = (full: string, shape: readonly number[]): StoredTensor => {
    return { name: full, dtype: "F32", shape, float32: undefined };
  };
  if (first === "=") return [tensor(name, second.split("x").map(Number))];
  const shape = first.split("x").map(Number);
  return [
    tensor(`${name}.weight`, shape),
    ...(more[second] ?? []).map((role) => tensor(`${name}.${role}`, shape.slice(0, 1))),
  ];
}
