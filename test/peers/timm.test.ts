import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { answersAs, type SmallReference } from "./references.js";

/** `models/NAME.lfer` by the beginning of a network's name. */
const sources: Readonly<Record<string, string>> = {
  mobilenet_v1: "mobilenet_v1",
  mobilenet_v4: "mobilenet_v4",
  ghostnet: "ghostnet",
  xception: "xception",
  se_resnet: "resnet",
  cbam_resnet: "resnet",
  eca_resnet: "resnet",
  vit: "vit",
  mobilevit: "mobilevit",
  repvgg: "repvgg",
  dla: "dla",
  edgenext: "edgenext",
  mobileone: "mobileone",
  starnet: "starnet",
  swin: "swin",
  unet: "unet",
};

suite("timm's and others' networks, one of each kind, small pictures", (test) => {
  const folder = new URL("./timm/", import.meta.url);
  const small = readdirSync(folder).filter((name) => name.endsWith("_small.json"));
  for (const file of small) {
    const name = file.replace("_small.json", "");
    test.native(`${name} answers as theirs does`, async () => {
      const [, source] = Object.entries(sources).find(([prefix]) => name.startsWith(prefix)) ?? [];
      const reference = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as SmallReference;
      await answersAs(reference, `models/${source}.lfer`, name);
    });
  }

  test("there is one of each", () => assert.ok(small.length >= 12));
});
