/** What the processor offers to products of 8-bit numbers. */
import { readFileSync } from "node:fs";

/** Names of Linux in /proc/cpuinfo, by what people call them. */
const flags: readonly (readonly [name: string, ...inLinux: readonly string[]])[] = [
  ["VNNI", "avx512_vnni", "avx_vnni"],
  ["AMX", "amx_int8"],
  ["dot product", "asimddp"],
  ["I8MM", "i8mm"],
];

/** The flags of the text of /proc/cpuinfo; none if the processor has none of them. */
export function int8FlagsIn(cpuinfo: string): readonly string[] {
  const words = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/));
  return flags.flatMap(([name, ...inLinux]) => (inLinux.some((word) => words.has(word)) ? [name] : []));
}

/** This machine's; undefined if the system does not tell. */
export function int8Flags(): readonly string[] | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return int8FlagsIn(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return undefined;
  }
}
