/** What a recipe does to its pictures, held to itself and to the student's input. */
import { type Graph, typeOf } from "../../ir/graph.js";
import { usualSamplerPower } from "../../recipe/signatures/data.js";
import { nameOf, type RecipeThing } from "../../recipe/thing.js";
import type { Reporter } from "../reporter.js";

/** Reports what would be passed over in silence, or cannot be done, of the recipe's data and their augmentations. */
export function checkData(student: Graph, data: RecipeThing | undefined, reporter: Reporter): void {
  if (data === undefined) return;
  const { sampler, sampler_power: power, augment } = data.fields;
  if (sampler !== "power" && power !== usualSamplerPower && typeof power === "number") {
    reporter.report("recipe/unused-sampler-power", { power, sampler: String(sampler) }, data.span);
  }
  const things = (Array.isArray(augment) ? augment : []) as readonly RecipeThing[];
  checkMixing(things, reporter);
  for (const thing of things) {
    if (nameOf(thing, "augmentation") === "resize") checkResize(student, thing, reporter);
  }
}

/** Pictures are mixed when they are done: nothing that is done to a single one comes after. */
function checkMixing(things: readonly RecipeThing[], reporter: Reporter): void {
  const mixes = ({ name }: RecipeThing): boolean => name === "mixup" || name === "cut_mix";
  const first = things.findIndex(mixes);
  if (first < 0) return;
  const late = things.slice(first).find((thing) => !mixes(thing));
  const mixer = things[first];
  if (late === undefined || mixer === undefined) return;
  const related = [{ message: `${mixer.name} stands here`, span: mixer.span }];
  reporter.report("recipe/picture-after-mix", { name: late.name, mixer: mixer.name }, late.span, related);
}

function checkResize(student: Graph, thing: RecipeThing, reporter: Reporter): void {
  const [input] = student.inputs;
  const [, , height, width] = input === undefined ? [] : typeOf(student, input.value).shape;
  const { size } = thing.fields;
  if (typeof height !== "number" || typeof width !== "number" || typeof size !== "number") return;
  const smallest = Math.max(height, width);
  if (size >= smallest && size <= 2 * smallest) return;
  reporter.report("recipe/resize-size", { size, width, height, smallest }, thing.span);
}
