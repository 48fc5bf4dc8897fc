// A teacher is a different network than its student: it sees the same pixels, normalised by its own numbers.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { openTeacher } from "../../src/training/teacher.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { weightTensors } from "../../src/weights/weight-tensors.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { recordingEngine, smallPlan } from "./small-course.js";

suite("teacher", (test) => {
  test("is fed by its own mean and deviation, not by its student's", () =>
    inFolder({}, async (cwd) => {
      const plan = await smallPlan({
        teacher: 'frozen(Small(mean: [0.1, 0.2, 0.3], std: [0.5, 0.8, 1.25]), weights: "t.safetensors")',
        loss: "kl(softmax(teacher.logits), student.logits)",
      });
      assert.ok(plan.teacher);
      assert.equal(plan.picture.mean, [0.5, 0.5, 0.5]);
      const { graph } = plan.teacher;
      const path = join(cwd, "t.safetensors");
      writeFileSync(path, Buffer.concat(writeSafetensors(weightTensors(graph, initialiseWeights(graph, 1)))));
      const { engine, evaluations } = recordingEngine();
      const opened = await openTeacher(
        plan.teacher,
        { file: path, path },
        { classes: plan.labels ?? [], engine, threads: 1 },
      );
      if ("diagnostics" in opened) throw new Error("refused");
      const image: RgbImage = {
        width: 16,
        height: 16,
        pixels: Uint8Array.from({ length: 768 }, (_, i) => (i * 7) % 256),
      };
      await opened.teacher.answer([image]);
      await opened.teacher.dispose();
      const fed = evaluations[0]?.inputs[0]?.get("image");
      const expected = Float32Array.from({ length: 768 }, (_, at) => {
        const [channel, pixel] = [Math.floor(at / 256), at % 256];
        const own = { mean: [0.1, 0.2, 0.3][channel] as number, std: [0.5, 0.8, 1.25][channel] as number };
        return ((image.pixels[pixel * 3 + channel] as number) / 255 - own.mean) / own.std;
      });
      assert.equal(fed, expected);
    }));
});
