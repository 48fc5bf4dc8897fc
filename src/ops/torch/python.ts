/**
 * Python expressions with holes: the parts that may differ between two uses of a block, each with the name that a constructor's
 * argument for it would get. Marks are characters that no source contains.
 */

const [open, close, between, begin, end] = ["\u{E000}", "\u{E001}", "\u{E002}", "\u{E003}", "\u{E004}"] as const;

const holes = /\u{E000}([^\u{E002}]*)\u{E002}([^\u{E001}]*)\u{E001}/gu;
const optionals = /\u{E003}([^\u{E003}\u{E002}\u{E004}]*)\u{E002}([^\u{E004}]*)\u{E004}/gu;

/** A part of a text that may differ between two uses of a block. */
export interface Hole {
  /** What it is: `out_channels`. */
  readonly name: string;
  /** What stands there: `64`. */
  readonly text: string;
}

export const hole = (name: string, text: string): string => `${open}${name}${between}${text}${close}`;

/** The holes of a text, in order. */
export const holesOf = (text: string): readonly Hole[] =>
  [...text.matchAll(holes)].map(([, name, value]) => ({ name: name as string, text: value as string }));

/** The text without what stands in the holes: texts of one form differ at most there. */
export const formOf = (text: string): string => text.replaceAll(holes, (_, name) => hole(name as string, ""));

/** The text with the holes filled, by their number; arguments that then have their default are left out. */
export function filled(text: string, fill: (index: number, found: Hole) => string): string {
  let index = 0;
  const full = text.replaceAll(holes, (_, name, value) =>
    fill(index++, { name: name as string, text: value as string }),
  );
  return full.replaceAll(optionals, (_, argument: string, usual: string) =>
    argument.endsWith(`=${usual}`) ? "" : argument,
  );
}

export const int = (name: string, value: number): string => hole(name, String(value));

/** One number if both sides have it. */
export const pair = (name: string, [down, right]: readonly [number, number]): string =>
  hole(name, down === right ? String(down) : `(${down}, ${right})`);

/** `(1, 2)`, `(1,)`. */
export const tuple = (items: readonly string[]): string =>
  items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;

export const ints = (name: string, values: readonly number[]): string => hole(name, tuple(values.map(String)));

/** A number as Python writes a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value < 0 ? 'float("-inf")' : 'float("inf")';
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

export const float = (name: string, value: number): string => hole(name, floatText(value));

export const bool = (value: boolean): string => (value ? "True" : "False");

export const flag = (name: string, value: boolean): string => hole(name, bool(value));

/** An expression in no more brackets than an argument needs. */
export function bare(expression: string): string {
  if (!expression.startsWith("(") || !expression.endsWith(")") || expression === "()") return expression;
  let depth = 0;
  for (let i = 0; i < expression.length - 1; i++) {
    const letter = expression[i];
    if (letter === "(") depth++;
    else if (letter === ")") depth--;
    else if (letter === "," && depth === 1) return expression;
    if (depth === 0) return expression;
  }
  return expression.slice(1, -1);
}

/** Arguments by name; with the value that they have by default, if there is one. */
export type NamedArguments = Readonly<Record<string, string | readonly [value: string, usual: string]>>;

/** A call. */
export function call(name: string, operands: readonly string[], named: NamedArguments = {}): string {
  const rest = Object.entries(named).map(([key, argument]) => {
    if (typeof argument === "string") return `, ${key}=${argument}`;
    const [value, usual] = argument;
    return `${begin}, ${key}=${value}${between}${usual}${end}`;
  });
  return `${name}(${operands.map(bare).join(", ")}${rest.join("")})`;
}

/** A call of a method. */
export const method = (of: string, name: string, operands: readonly string[], named: NamedArguments = {}): string =>
  `${of}.${call(name, operands, named)}`;

/** `(a + b)`, with brackets that {@link bare} takes away. */
export const infix = (operator: string, a: string, b: string): string => `(${a} ${operator} ${b})`;
