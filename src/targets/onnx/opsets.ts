/**
 * The ONNX opsets that lferc writes, each with the oldest IR version that may contain it (ONNX's table of releases,
 * onnx/helper.py VERSION_TABLE), so that the oldest possible runtimes read the file. The newest one is the newest that
 * onnxruntime-node 1.30 loads: it rejects 27 and 28.
 */
export const irVersions: Readonly<Record<number, number>> = {
  13: 7,
  14: 7,
  15: 8,
  16: 8,
  17: 8,
  18: 8,
  19: 9,
  20: 9,
  21: 10,
  22: 10,
  23: 11,
  24: 12,
  25: 13,
  26: 13,
};

export const oldestOpset = 13;
export const newestOpset = 26;
/** Mish is an op from 18 on, which all common runtimes support. */
export const defaultOpset = 18;

export function isKnownOpset(opset: number): boolean {
  return Object.hasOwn(irVersions, opset);
}
