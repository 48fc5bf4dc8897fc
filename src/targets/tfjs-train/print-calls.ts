/** Prints calls as statements, grouped by source path under a comment; each group disposes of what is not read after it. */
import type { Register } from "../../ops/tfjs/builder.js";
import type { Call } from "../../ops/tfjs/calls.js";
import { printCall, variable } from "../tfjs/print-function.js";
import type { TfjsProgram } from "../tfjs/tfjs-program.js";
import { nativeForm, type OpFunctions } from "./op-functions.js";

/** The calls of one source path, and the registers that are free after them. */
interface Passage {
  readonly part: Part;
  readonly place: string;
  readonly calls: readonly Call[];
  readonly free: readonly Register[];
}

const titles = {
  state: "The state: vectors to the slots in them",
  forward: "Forward",
  backward: "Backward: the gradients",
  update: "The next state",
} as const;

type Part = keyof typeof titles;

/** The part of the step and the layer that a path belongs to, by the names that autodiff/ and step/ give. */
function placeOf(path: string | undefined, isFirst: boolean): Pick<Passage, "part" | "place"> {
  if (path === undefined) return { part: isFirst ? "state" : "update", place: "" };
  const [first = "", ...rest] = path.split(".");
  // The last component is the op itself.
  if (first === "gradient") return { part: "backward", place: rest.slice(0, -1).join(".") };
  if (first === "next") return { part: "update", place: rest.slice(0, -1).join(".") };
  return { part: "forward", place: path };
}

function passagesOf({ calls, releases }: TfjsProgram): readonly Passage[] {
  const found: (Passage & { readonly calls: Call[]; readonly free: Register[] })[] = [];
  for (const [i, call] of calls.entries()) {
    const last = found.at(-1);
    const { part, place } = placeOf(call.path, last === undefined || last.part === "state");
    const passage = last?.part === part && last.place === place ? last : { part, place, calls: [], free: [] };
    if (passage !== last) found.push(passage);
    passage.calls.push(call);
    passage.free.push(...(releases[i] ?? []));
  }
  return found;
}

/** Source names for use in a comment: they must not end it. */
export const inComment = (text: string): string => text.replace(/[^\x20-\x7e]|\*\//g, "?");

/** The results of a call that get a name in the statement. */
function namedResults(call: Call): readonly Register[] {
  return call.kind === "native" ? nativeForm(call).used.map((i) => call.outputs[i] as Register) : call.outputs;
}

export function printCalls(program: TfjsProgram, functions: OpFunctions): readonly string[] {
  const taken = program.inputs.map(({ register }) => register);
  const named = new Set([...taken, ...program.calls.flatMap(namedResults)]);
  let before: Part | undefined;
  return passagesOf(program).flatMap(({ part, place, calls, free }) => {
    const statements = calls.map((call) => {
      if (call.kind === "kernel") return printCall(call);
      const results = namedResults(call).map(variable).join(", ");
      const target = call.kind === "native" ? `[${results}]` : results;
      return `const ${target} = ${functions.nameOf(call)}(${call.inputs.map(variable).join(", ")});`;
    });
    const freed = free.filter((register) => named.has(register)).map(variable);
    const title = part === before ? [] : ["", `// ---- ${titles[part]}. ----`];
    before = part;
    return [
      ...title,
      ...(place === "" ? [] : [`// ${inComment(place)}`]),
      ...statements,
      ...(freed.length === 0 ? [] : [`tf.dispose([${freed.join(", ")}]);`]),
    ];
  });
}
