/** The names of a file's tensors as a tree, whose branches can be compared with ranges of a model's weights by what they hold. */

export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A tensor, or what several names have in common before a dot. */
export interface Branch {
  /** The part of the name, or parts, that it adds. */
  readonly name: string;
  readonly branches: readonly Branch[];
  /** A tensor's place in the list; undefined for others. */
  readonly tensor: number | undefined;
  /** The number of tensors. */
  readonly size: number;
  /** The same for branches that hold tensors of the same kinds and shapes, in any order. */
  readonly content: number;
  readonly id: number;
}

/** Names of a layer's tensors on both sides: different ones are never matched. */
export const roles: ReadonlySet<string> = new Set(["weight", "bias", "running_mean", "running_var"]);

const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** What a tensor is for, as far as its name says: `in_proj_weight` is a weight. */
const roleOf = (name: string): string => {
  const part = lastPart(name);
  return [...roles].find((role) => part === role || part.endsWith(`_${role}`)) ?? "";
};

/** A number for each kind of tensor: by role and shape, or by shape only. Sums of them are exact, and seldom equal by chance. */
export function kindsOf(byRole: boolean): (tensor: NamedShape) => number {
  const kinds = new Map<string, number>();
  let last = 1;
  return ({ name, shape }) => {
    const key = `${byRole ? roleOf(name) : ""} ${shape.join()}`;
    const known = kinds.get(key);
    if (known !== undefined) return known;
    // A linear congruential generator modulo 2 ** 31 - 1 (Lehmer): sums of a million tensors stay below 2 ** 53.
    last = (last * 48_271) % 0x7fffffff;
    kinds.set(key, last);
    return last;
  };
}

interface Growing {
  readonly name: string;
  readonly branches: Map<string, Growing>;
  tensor: number | undefined;
}

/** The tree of these names; branches are in the order of the list. */
export function shapeTree(tensors: readonly NamedShape[], kinds: readonly number[]): Branch {
  const root: Growing = { name: "", branches: new Map(), tensor: undefined };
  for (const [i, { name }] of tensors.entries()) {
    let at = root;
    for (const part of name.split(".")) {
      const next: Growing = at.branches.get(part) ?? { name: part, branches: new Map(), tensor: undefined };
      at.branches.set(part, next);
      at = next;
    }
    at.tensor = i;
  }
  let count = 0;
  const finish = ({ name, branches, tensor }: Growing): Branch => {
    const own = tensor === undefined ? [] : [tensorBranch(name, tensor)];
    if (branches.size === 0 && own[0] !== undefined) return own[0];
    return branchOf(name, [...own, ...[...branches.values()].map(finish)]);
  };
  const tensorBranch = (name: string, tensor: number): Branch => {
    return { name, branches: [], tensor, size: 1, content: kinds[tensor] ?? 0, id: count++ };
  };
  const branchOf = (name: string, branches: readonly Branch[]): Branch => {
    const sum = (of: (branch: Branch) => number): number => branches.reduce((total, each) => total + of(each), 0);
    const [size, content] = [sum((each) => each.size), sum((each) => each.content)];
    return { name, branches, tensor: undefined, size, content, id: count++ };
  };
  return finish(root);
}

const numbers = /[0-9]+/g;

/** Compares names part by part, numbers in them as numbers: `a.2` before `a.10`. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split(/([0-9]+|\.)/));
  for (let i = 0; i < Math.min(left?.length ?? 0, right?.length ?? 0); i++) {
    const [x = "", y = ""] = [left?.[i], right?.[i]];
    if (x === y) continue;
    const difference = /^[0-9]+$/.test(x) && /^[0-9]+$/.test(y) ? Number(x) - Number(y) : 0;
    return difference || (x < y ? -1 : 1);
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}

/** Names that differ only in numbers are of one family, whose members stand in the order of their numbers: `conv1`, `conv2`. */
export const familyOf = (name: string): string => name.replace(numbers, "#");
