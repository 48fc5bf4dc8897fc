/** Checks a recipe's data and augmentations, also against the student's input. */
import { type Graph, typeOf } from "../../ir/graph.js";
import { usualSamplerPower } from "../../recipe/signatures/data.js";
import type { ThingOf } from "../../recipe/signatures.js";
import type { Reporter } from "../reporter.js";

/** Reports settings of the recipe's data and augmentations that would have no effect, or are impossible. */
export function checkData(student: Graph, data: ThingOf<"data"> | undefined, reporter: Reporter): void {
  if (data === undefined) return;
  const { sampler, sampler_power: power, augment } = data.fields;
  if (sampler !== "power" && power !== usualSamplerPower) {
    reporter.report("recipe/unused-sampler-power", { power, sampler }, data.span);
  }
  checkMixing(augment, reporter);
  for (const thing of augment) if (thing.name === "resize") checkResize(student, thing, reporter);
}

/** Mixing comes last: no augmentation of single pictures may follow. */
function checkMixing(things: readonly ThingOf<"augmentation">[], reporter: Reporter): void {
  const mixes = ({ name }: ThingOf<"augmentation">): boolean => name === "mixup" || name === "cut_mix";
  const first = things.findIndex(mixes);
  if (first < 0) return;
  const late = things.slice(first).find((thing) => !mixes(thing));
  const mixer = things[first];
  if (late === undefined || mixer === undefined) return;
  const related = [{ message: `${mixer.name} is here`, span: mixer.span }];
  reporter.report("recipe/picture-after-mix", { name: late.name, mixer: mixer.name }, late.span, related);
}

function checkResize(
  student: Graph,
  thing: Extract<ThingOf<"augmentation">, { name: "resize" }>,
  reporter: Reporter,
): void {
  const [input] = student.inputs;
  const [, , height, width] = input === undefined ? [] : typeOf(student, input.value).shape;
  const { size } = thing.fields;
  if (typeof height !== "number" || typeof width !== "number") return;
  const smallest = Math.max(height, width);
  if (size >= smallest && size <= 2 * smallest) return;
  reporter.report("recipe/resize-size", { size, width, height, smallest }, thing.span);
}
