/** A class as lines of Python. */
import { formatDim, type TensorType } from "../../ir/shape.js";
import { holesOf } from "../../ops/torch/python.js";
import { type Draft, reached, resultText, withChildren } from "./draft.js";
import { filledTexts, scaledOf, type Term, type TorchClass } from "./python-classes.js";
import { isAttribute } from "./python-names.js";
import { wrapped } from "./wrap.js";

const step = "    ";

/** What is under one name: a module, or a container of more. */
interface Container {
  readonly members: Map<string, Container | string>;
}

/** Entries of a dictionary; equal ones in a row, of which only the number differs, are one comprehension. */
function entriesOf(members: ReadonlyMap<string, string>): string {
  const entries = [...members];
  const lines: string[] = [];
  for (let i = 0; i < entries.length; ) {
    const [key, text] = entries[i] as [string, string];
    const [, base, number] = /^(.*_)(\d+)$/.exec(key) ?? [];
    let end = i + 1;
    if (base !== undefined && !text.includes("{")) {
      const isNext = ([name, other]: readonly [string, string], at: number): boolean =>
        other === text && name === `${base}${Number(number) + at - i}`;
      while (end < entries.length && isNext(entries[end] as [string, string], end)) end++;
    }
    if (end - i < 3) {
      lines.push(`"${key}": ${text}`);
      i++;
      continue;
    }
    const range = `range(${number}, ${Number(number) + end - i})`;
    lines.push(`**{f"${base}{i}": ${text} for i in ${range}}`);
    i = end;
  }
  return `{${lines.join(", ")}}`;
}

/** A container's text; members with odd names are added behind. */
function containerText({ members }: Container, path: readonly string[], chains: ReadonlySet<string>): string {
  const texts = new Map<string, string>();
  for (const [name, member] of members) {
    if (isAttribute(name))
      texts.set(name, typeof member === "string" ? member : containerText(member, [...path, name], chains));
  }
  return chains.has(path.join("."))
    ? `nn.Sequential(OrderedDict(${entriesOf(texts)}))`
    : `nn.ModuleDict(${texts.size === 0 ? "" : entriesOf(texts)})`;
}

function constructorLines(printed: TorchClass, children: readonly TorchClass[]): readonly string[] {
  const [draft] = printed.drafts;
  const texts = filledTexts(
    printed,
    draft.members.map(({ text }) => text),
    0,
    (name) => name,
  ).map((text) =>
    withChildren(text, (id, values) => {
      const child = children[id] as TorchClass;
      return `${child.name}(${child.arguments.map(({ name, hole }) => `${name}=${values[hole]}`).join(", ")})`;
    }),
  );
  const root: Container = { members: new Map() };
  const later: string[] = [];
  /** The statement that adds a module under an odd name. */
  const add = (path: readonly string[], text: string): void => {
    const [above, name] = [path.slice(0, -1), path.at(-1) as string];
    later.push(`${reached(above)}._modules["${name}"] = ${text}`);
  };
  const addContainers = (path: readonly string[], container: Container): void => {
    for (const [name, member] of container.members) {
      const at = [...path, name];
      if (!isAttribute(name)) {
        add(at, typeof member === "string" ? member : containerText(member, at, draft.chains));
      } else if (path.length === 0) {
        const text = typeof member === "string" ? member : containerText(member, at, draft.chains);
        later.push(`self.${name} = ${text}`);
      }
      if (typeof member !== "string") addContainers(at, member);
    }
  };
  const others: string[] = [];
  for (const [i, { path, kind }] of draft.members.entries()) {
    const text = texts[i] as string;
    const own = path.slice(0, -1);
    const name = path.at(-1) as string;
    if (kind !== "buffer") {
      let container = root;
      for (const part of own) {
        const next = container.members.get(part) ?? { members: new Map() };
        container.members.set(part, next);
        if (typeof next !== "string") container = next;
      }
      if (kind === "module") container.members.set(name, text);
    }
    if (kind === "parameter") {
      others.push(
        own.length === 0 && isAttribute(name)
          ? `self.${name} = ${text}`
          : `${reached(own)}._parameters["${name}"] = ${text}`,
      );
    } else if (kind === "buffer") others.push(`self.register_buffer("${name}", ${text}, persistent=False)`);
  }
  addContainers([], root);
  return [...later, ...others];
}

/** Shapes of all uses as one: sizes that differ are named by the arguments with the same values, or by their axis. */
function shapeText(printed: TorchClass, types: (draft: Draft) => readonly TensorType[]): readonly string[] {
  const { drafts, arguments: args } = printed;
  const plain = (own: string): string => own;
  const names = new Map<string, Term>(
    args.map(({ name, hole }) => [JSON.stringify(drafts.map(({ holes }) => holes[hole]?.text)), { name, text: plain }]),
  );
  const known = new Map<string, string>();
  const usual = ["batch", "channels", "height", "width"];
  return types(drafts[0]).map(({ dtype, shape }, i) => {
    const dims = shape.map((dim, axis) => {
      const column = drafts.map((draft) => formatDim(types(draft)[i]?.shape[axis] ?? 0));
      if (column.every((text) => text === column[0])) return formatDim(dim);
      const key = JSON.stringify(column);
      const term = names.get(key) ?? scaledOf(column, names);
      const name = term?.text(term.name) ?? known.get(key);
      if (name !== undefined) return name;
      const wanted = shape.length === 4 ? (usual[axis] as string) : `size_${axis}`;
      let unique = wanted;
      const all = new Set([...args.map(({ name: argument }) => argument), ...known.values()]);
      for (let n = 2; all.has(unique); n++) unique = `${wanted}_${n}`;
      known.set(key, unique);
      return unique;
    });
    return `${dtype === "float32" ? "" : `${dtype} `}[${dims.join(", ")}]`;
  });
}

/** A class; `doc` are the lines of its docstring. */
export function printClass(
  printed: TorchClass,
  children: readonly TorchClass[],
  doc: readonly string[],
  isInference: readonly boolean[],
): readonly string[] {
  const [draft] = printed.drafts;
  const before = draft.members.flatMap(({ text }) => holesOf(text)).length;
  const inner = step + step;
  const stored = new Set<string>();
  const [...texts] = filledTexts(printed, [...draft.lines, ...draft.results], before, (name) => {
    stored.add(name);
    return `self.${name}`;
  });
  const results = texts.slice(draft.lines.length);
  const [inputs, outputs] = [
    shapeText(printed, ({ inputTypes }) => inputTypes),
    shapeText(printed, ({ resultTypes }) => resultTypes),
  ];
  const args = printed.arguments.map(({ name }) => name);
  const signature = ["self", ...draft.parameters];
  const given = draft.parameters.map((name, i) => `${name}: ${inputs[i]}`).join(", ");
  const made = constructorLines(printed, children);
  const deployed = results.filter((_, i) => isInference[i] !== false);
  return [
    `class ${printed.name}(nn.Module):`,
    ...docstring(doc, step),
    "",
    ...wrapped(`def __init__(${["self", ...args].join(", ")}):`, step),
    `${inner}super().__init__()`,
    ...args.filter((name) => stored.has(name)).map((name) => `${inner}self.${name} = ${name}`),
    ...made.flatMap((line) => wrapped(line, inner)),
    "",
    ...wrapped(`def forward(${signature.join(", ")}):`, step),
    ...docstring(folded(`${given} -> ${outputs.join(", ")}`), inner),
    ...texts.slice(0, draft.lines.length).flatMap((line) => wrapped(line, inner)),
    ...(deployed.length === results.length
      ? []
      : [`${inner}if not self.training:`, ...wrapped(`return ${deployed.join(", ")}`, inner + step)]),
    ...wrapped(`return ${resultText({ ...draft, results })}`, inner),
  ];
}

/** Words in lines that fit. */
export function folded(text: string, width = 96): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

export function docstring(lines: readonly string[], indent: string): readonly string[] {
  const safe = lines.map((line) => line.replaceAll("\\", "\\\\").replaceAll('"""', "'''"));
  const [first = ""] = safe;
  if (safe.length === 1) return [`${indent}"""${first}"""`];
  return [
    `${indent}"""${first}`,
    ...safe.slice(1).map((line) => (line === "" ? "" : `${indent}${line}`)),
    `${indent}"""`,
  ];
}
