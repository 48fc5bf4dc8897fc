// Pre-training on identities, then on expressions: a head with as many classes as the data, which is then replaced; frozen parts; parts
// that learn slowly. Like models/identities.lfer for RafDb, with a small network.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { faceExpressions, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { readSafetensors } from "../../src/weights/safetensors.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const source = `lfer 1

import { cross_entropy } from "std/losses"

model Small(classes: [string] = ["surprise", "happy", "neutral"], outputs: int = len(classes)) {
  input image: float32[N, 3, 16, 16] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  low    = image -> conv(8, stride: 2) -> batch_norm -> relu
  deep   = low -> conv(12, stride: 2) -> batch_norm -> relu
  logits = deep -> global_avg_pool -> flatten -> linear(outputs) as fc
  output logits: labels(classes)
}

recipe Identities(identities: int = 12_666) {
  student   = Small(classes: [], outputs: identities)
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = adam(lr: 0.01)
  train     = run(batch: 8, epochs: 2)
}

recipe Expressions {
  student   = Small
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = adam(lr: 0.01, freeze: ["low"], groups: [group(at: "deep", lr_scale: 0)])
  train     = run(batch: 8, epochs: 2)
}
`;

const pictures = (folders: readonly string[]): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(
    folders.flatMap((folder, person) =>
      Array.from({ length: 8 }, (_, i) => [
        `${folder}/${i}.png`,
        encodePng(generateFace(faceExpressions[i % 7] ?? "neutral", 50 * person + i, 20)),
      ]),
    ),
  );

const files = {
  "m.lfer": source,
  "new-head.map": "fc ->\n-> fc\n",
  ...pictures(["persons/anna", "persons/ben", "persons/carla", "persons/dora"]),
  ...pictures(["faces/surprise", "faces/happy", "faces/neutral"]),
};

function weightsOf(cwd: string, file: string) {
  const read = readSafetensors(readFileSync(join(cwd, file)), file);
  if (read.kind === "refused") throw new Error(file);
  return new Map([...read.value.tensors].map(([name, tensor]) => [name, [...tensor.float32()]] as const));
}

suite("fine-tuning", (test) => {
  test("identities name the classes; with a map the head begins afresh; frozen parts stay, and so does a group at rate 0", () =>
    inFolder(files, async (cwd) => {
      const train = (...args: readonly string[]) => callLferc(["train", "m.lfer", "--threads", "1", ...args], cwd);
      const persons = ["--recipe", "Identities", "--data", "persons", "--out", "persons-run"];
      const other = await train(...persons, "--set", "identities=5");
      assert.equal(codesIn(other.stderr), ["data/class-count"]);
      const begun = await train(...persons, "--set", "identities=4");
      assert.is(begun.code, 0, begun.stderr);
      const { labels } = JSON.parse(readFileSync(join(cwd, "persons-run/run.json"), "utf8")) as { labels: unknown };
      assert.equal(labels, ["anna", "ben", "carla", "dora"]);

      const tuned = ["--recipe", "Expressions", "--data", "faces", "--out", "tuned"];
      const weights = ["--weights", "persons-run/best.safetensors"];
      const unmapped = await train(...tuned, ...weights);
      assert.equal(codesIn(unmapped.stderr).slice(0, 1), ["weights/wrong-shape"]);
      assert.match(unmapped.stderr, /A name map can reinitialise a layer/);
      const done = await train(...tuned, ...weights, "--weights-map", "new-head.map");
      assert.is(done.code, 0, done.stderr);
      assert.match(done.stderr, "2 tensors not used; 2 reinitialised (fc.weight, fc.bias)");
      const [before, after] = [
        weightsOf(cwd, "persons-run/best.safetensors"),
        weightsOf(cwd, "tuned/last.safetensors"),
      ];
      for (const name of ["low.conv.weight", "low.batch_norm.weight", "deep.conv.weight", "deep.batch_norm.bias"]) {
        assert.ok(before.has(name), name);
        assert.equal(after.get(name), before.get(name), name);
      }
      assert.not.equal(after.get("low.batch_norm.running_mean"), before.get("low.batch_norm.running_mean"));
      assert.equal([before.get("fc.bias")?.length, after.get("fc.bias")?.length], [4, 3]);
    }));

  test("the map beside LFER-LDL lets its last layer begin afresh, and nothing else", () =>
    inFolder({}, async (cwd) => {
      const build = (model: string, ...args: readonly string[]) => {
        const what = [
          join(root, "models/lfer_ldl.lfer"),
          "--model",
          model,
          "--set",
          "size=32",
          "--target",
          "safetensors",
        ];
        return callLferc(["build", ...what, ...args], cwd);
      };
      assert.is((await build("lfer_ldl_8", "--seed", "7", "-o", "eight.safetensors")).code, 0);
      const map = ["--weights-map", join(root, "models/lfer_ldl_new_head.map")];
      const made = await build("lfer_ldl", "--weights", "eight.safetensors", ...map, "-o", "seven.safetensors");
      assert.is(made.code, 0, made.stderr);
      const [before, after] = [weightsOf(cwd, "eight.safetensors"), weightsOf(cwd, "seven.safetensors")];
      const others = [...after].filter(([name, values]) => JSON.stringify(values) !== JSON.stringify(before.get(name)));
      assert.equal(
        others.map(([name]) => name),
        ["output_module.conv.weight"],
      );
    }));
});
