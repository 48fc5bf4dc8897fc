/** The targets of `lferc build`, and the flags that each uses: a flag that would be ignored is rejected. */

export type BuildFlag =
  | "model"
  | "recipe"
  | "batch"
  | "set"
  | "weights"
  | "weights-map"
  | "seed"
  | "opset"
  | "optimize"
  | "block"
  | "verify"
  | "split"
  | "card"
  | "weights-type"
  | "with-preprocessing"
  | "explain"
  | "format"
  | "quantize"
  | "calibrate"
  | "calibration"
  | "keep-accuracy"
  | "depth"
  | "convention";

export const buildTargets = {
  onnx: [
    ...(["model", "set", "weights", "weights-map", "seed", "opset", "optimize", "block", "verify", "card"] as const),
    ...(["with-preprocessing", "weights-type", "explain", "format"] as const),
    ...(["quantize", "calibrate", "calibration", "keep-accuracy"] as const),
  ],
  "onnx-train": ["recipe", "batch", "set", "weights", "weights-map", "seed", "opset", "verify", "split"],
  "tfjs-train": ["recipe", "batch", "set", "weights", "weights-map", "seed", "verify"],
  safetensors: ["model", "set", "weights", "weights-map", "seed"],
  tfjs: ["model", "set", "weights", "weights-map", "seed", "optimize", "verify", "weights-type"],
  torch: ["model", "recipe", "set", "weights", "weights-map", "seed"],
  svg: ["model", "set", "depth", "convention"],
  ir: ["model", "set"],
} as const satisfies Readonly<Record<string, readonly BuildFlag[]>>;

export type BuildTarget = keyof typeof buildTargets;

export const targetNames = Object.keys(buildTargets) as readonly BuildTarget[];

/** Names of planned targets. */
export const laterTargets: readonly string[] = ["triton"];

export const isBuildTarget = (name: string): name is BuildTarget => Object.hasOwn(buildTargets, name);

/** The flags that only some targets use. */
const flags: readonly BuildFlag[] = [...new Set(Object.values(buildTargets).flat())];

/** The message for a flag that the target does not use; `given` are the arguments by name. */
export function misplacedFlag(target: BuildTarget, given: Readonly<Record<string, unknown>>): string | undefined {
  const read: readonly string[] = buildTargets[target];
  const flag = flags.find((name) => given[name] !== undefined && !read.includes(name));
  if (flag === undefined) return undefined;
  const users = targetNames.filter((name) => (buildTargets[name] as readonly BuildFlag[]).includes(flag));
  return `--${flag} goes with --target ${users.join(", ")}; --target ${target} has no use for it`;
}

/** The message for flags of `--target torch` that do not go together: a module alone uses others than one with its training. */
function clashInTorch(
  target: BuildTarget,
  { model, recipe, seed }: Readonly<Record<BuildFlag, unknown>>,
): string | undefined {
  if (target !== "torch") return undefined;
  if (recipe !== undefined && model !== undefined)
    return "--recipe trains its own student: --model goes with a module alone";
  if (recipe !== undefined || seed === undefined) return undefined;
  return "--seed goes with --recipe: a module alone draws its weights by PyTorch's own numbers";
}

/** The message for a flag that the target does not use, or that does not go with another one. */
export const wrongFlag = (...given: Parameters<typeof misplacedFlag>): string | undefined =>
  misplacedFlag(...given) ?? clashInTorch(...given);
