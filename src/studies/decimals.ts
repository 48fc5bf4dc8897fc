/** Steps between decimal numbers, exact: three steps of 0.1 are 0.3. */

interface Decimal {
  readonly digits: bigint;
  /** Digits after the decimal point. */
  readonly scale: number;
}

/** Maximum number of digits after the decimal point. */
const longest = 30;

function parseDecimal(text: string): Decimal | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(text);
  const [, sign = "", whole = "", behind = "", power = "0"] = found ?? [];
  if (found === null || whole + behind === "") return undefined;
  const scale = behind.length - Number(power);
  const digits = BigInt(whole + behind) * (sign === "-" ? -1n : 1n);
  if (Math.abs(scale) > longest || whole.length + behind.length > longest) return undefined;
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

function atScale({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale);
}

function textOf(digits: bigint, scale: number): string {
  const isNegative = digits < 0n;
  const plain = String(isNegative ? -digits : digits).padStart(scale + 1, "0");
  const [whole, behind] = [plain.slice(0, plain.length - scale), plain.slice(plain.length - scale).replace(/0+$/, "")];
  return `${isNegative ? "-" : ""}${whole}${behind === "" ? "" : `.${behind}`}`;
}

/** The numbers from `from` in steps, up to `to`. */
export function decimalsFrom(
  from: string,
  to: string,
  step: string,
  most: number,
): readonly string[] | "not-numbers" | "never-there" | "too-many" {
  const [a, b, by] = [from, to, step].map(parseDecimal);
  if (a === undefined || b === undefined || by === undefined) return "not-numbers";
  const scale = Math.max(a.scale, b.scale, by.scale);
  const [low, high, each] = [a, b, by].map((each) => atScale(each, scale)) as [bigint, bigint, bigint];
  if (each === 0n || (high - low) * each < 0n) return "never-there";
  const steps = (high - low) / each;
  if (steps >= BigInt(most)) return "too-many";
  return Array.from({ length: Number(steps) + 1 }, (_, i) => textOf(low + BigInt(i) * each, scale));
}
