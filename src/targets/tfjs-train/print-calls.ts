/** A program's calls as statements, below a comment for each place of the source; what nobody reads any more is let go there. */
import type { Register } from "../../ops/tfjs/builder.js";
import type { Call } from "../../ops/tfjs/calls.js";
import { printCall, variable } from "../tfjs/print-function.js";
import type { TfjsProgram } from "../tfjs/tfjs-program.js";
import { nativeForm, type OpFunctions } from "./op-functions.js";

/** The calls for one place, and what is free after them. */
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

/** What a path of the step's graph belongs to (autodiff/ and step/ name theirs so), and which layer that is about. */
function placeOf(path: string | undefined, isFirst: boolean): Pick<Passage, "part" | "place"> {
  if (path === undefined) return { part: isFirst ? "state" : "update", place: "" };
  const [first = "", ...rest] = path.split(".");
  // The last name is the op's own.
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

/** Names of the source for a comment, which they must not end. */
export const inComment = (text: string): string => text.replace(/[^\x20-\x7e]|\*\//g, "?");

/** The results of a call that a statement gives names to. */
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
