import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";

const face = (seed: number): Uint8Array => encodePng(generateFace("anger", seed, 8));

const looking =
  (files: Readonly<Record<string, string | Uint8Array>>, ...more: readonly string[]) =>
  async (): Promise<readonly string[]> =>
    inFolder(files, async (cwd) => codesIn((await callLferc(["data", "d", ...more], cwd)).stderr));

const recipe = `lfer 1
import { cross_entropy } from "std/losses"
model M {
  input image: float32[N, 3, 8, 8] = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  logits = image -> global_avg_pool -> flatten -> linear(2)
  output logits: labels(["a", "b"])
}
recipe R {
  student = M
  data = csv()
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 1, epochs: 1)
}
`;
const forRecipe = ["--for", "m.lfer", "--manifest", "m.csv"] as const;
const listed = {
  "m.lfer": recipe,
  "d/1.png": face(1),
  "d/2.png": face(2),
  "d/labels.csv": "path,label,split\n1.png,a,train\n1.png,b,train\n2.png,a,val\n",
};

const twelve = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`d/b/${i}.png`, face(i + 10)]));
const grey = encodePng({ width: 4, height: 4, pixels: new Uint8Array(48).fill(9) });
const parted = { "d/train/a/1.png": face(1), "d/test/a/2.png": face(2) };

export const lookScenarios = {
  "look/bad-pictures": looking({ "d/a/1.png": face(1), "d/a/2.png": "x" }),
  "look/few-pictures": looking({ "d/a/1.png": face(1) }),
  "look/imbalance": looking({ "d/a/1.png": face(1), ...twelve }),
  "look/same-across-splits": looking({ ...parted, "d/test/a/1.png": face(1) }),
  "look/same-within-split": looking({ "d/a/1.png": face(1), "d/a/2.png": face(1) }),
  "look/two-labels": looking({ "d/a/1.png": face(1), "d/b/2.png": face(1) }),
  "look/person-on-several-sides": looking({
    ...parted,
    "d/labels.csv": "path,label,person\ntrain/a/1.png,a,x\ntest/a/2.png,a,x\n",
  }),
  "look/grey-among-colours": looking({ "d/a/1.png": face(1), "d/a/2.png": grey }),
  "look/small-pictures": looking({ "d/a/1.png": face(1) }, "--size", "9"),
  "look/bad-manifest": looking({ "d/a/1.png": face(1), "m.json": "" }, "--manifest", "m.json"),
  "look/no-manifest": looking(
    {
      ...listed,
      "m.lfer": recipe.replace('["a", "b"]', '["a", "split"]').replace("csv()", 'csv(merge: ["b -> split"])'),
      "d/labels.csv": "path,a,b,split\n1.png,0.5,0.5,train\n2.png,1,1,val\n",
    },
    ...forRecipe,
  ),
  "look/manifest-exists": looking({ ...listed, "m.csv": "" }, ...forRecipe),
  "look/other-data": looking(
    { "d/a/1.png": face(1), "m.csv": "path,label,split,digest,width,height\n" },
    "--manifest",
    "m.csv",
  ),
};
