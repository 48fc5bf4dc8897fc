import { readFileSync } from "node:fs";
import fc from "fast-check";
import * as assert from "uvu/assert";
import type { DiagnosticCode } from "../../src/diagnostics/diagnostic.js";
import { readSafetensors, writeSafetensors } from "../../src/weights/safetensors.js";
import type { ReadableTensor, WeightFile } from "../../src/weights/weight-file.js";
import { growthOf } from "../support/growth.js";
import { suite } from "../support/suite.js";

const python = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));

const read = (bytes: Uint8Array): WeightFile<ReadableTensor> => {
  const result = readSafetensors(bytes, "w.safetensors");
  assert.is(result.kind, "read", JSON.stringify(result));
  return (result as { value: WeightFile<ReadableTensor> }).value;
};

const values = (file: WeightFile<ReadableTensor>, name: string) => [...(file.tensors.get(name)?.float32() ?? [])];

/** A file with this text as its header, and this many bytes of data. */
const fileOf = (header: string | Uint8Array, dataBytes = 0): Uint8Array => {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  bytes.set(text, 8);
  return bytes;
};

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) =>
  JSON.stringify({ dtype: "F32", shape, data_offsets: [begin, end] });

/** [what is wrong, the file, the expected codes, a piece of the first message]. */
const hostile: readonly (readonly [string, Uint8Array, readonly DiagnosticCode[], string])[] = [
  ["an empty file", new Uint8Array(0), ["weights/file-too-short"], "0 bytes; its header needs 8"],
  ["seven bytes", new Uint8Array(7), ["weights/file-too-short"], "7 bytes"],
  ["a header of 2^64 - 1 bytes", new Uint8Array(9).fill(0xff), ["weights/header-too-large"], "18446744073709551615"],
  ["a header longer than the file", fileOf("{}").subarray(0, 9), ["weights/file-too-short"], "needs 10"],
  ["no JSON", fileOf("{'a': 1}"), ["weights/header-not-json"], "offset 8"],
  ["broken UTF-8", fileOf(new Uint8Array([0x7b, 0xff, 0x7d])), ["weights/header-not-json"], "UTF-8"],
  ["a list", fileOf("[]"), ["weights/header-not-json"], "not an object"],
  ["a deep header", fileOf("[".repeat(200_000)), ["weights/header-not-json"], "offset 8"],
  ["a tensor twice", fileOf(`{"a":${f32(0, 4)},"a":${f32(0, 4)}}`, 4), ["weights/duplicate-key"], "offset 62"],
  ["a field twice", fileOf(`{"a":{"dtype":"F32","dtype":"F16"}}`), ["weights/duplicate-key"], '"dtype" twice'],
  ["a tensor twice, escaped", fileOf(`{"a":${f32(0, 4)},"\\u0061":1}`, 4), ["weights/duplicate-key"], '"a" twice'],
  ["a number for a tensor", fileOf(`{"a":1}`), ["weights/entry-invalid"], "an object"],
  ["no dtype", fileOf(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4), ["weights/entry-invalid"], "dtype"],
  ["a negative size", fileOf(`{"a":${f32(0, 4, [-1])}}`, 4), ["weights/entry-invalid"], "shape"],
  ["a broken size", fileOf(`{"a":${f32(0, 4, [0.5, 2])}}`, 4), ["weights/entry-invalid"], "shape"],
  ["offsets backwards", fileOf(`{"a":${f32(4, 0, [0])}}`, 4), ["weights/entry-invalid"], "data_offsets"],
  [
    "three offsets",
    fileOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`),
    ["weights/entry-invalid"],
    "begin",
  ],
  [
    "a dtype of another world",
    fileOf(`{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`, 1),
    ["weights/unsupported-dtype"],
    "F8_E4M3",
  ],
  [
    "a dtype of Object's",
    fileOf(`{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,1]}}`, 1),
    ["weights/unsupported-dtype"],
    "toString",
  ],
  [
    "sizes whose product overflows",
    fileOf(`{"a":${f32(0, 4, [2 ** 40, 2 ** 40])}}`, 4),
    ["weights/size-mismatch"],
    "4 bytes",
  ],
  [
    "too few bytes for the shape",
    fileOf(`{"a":${f32(0, 8, [3])}}`, 8),
    ["weights/size-mismatch"],
    "has 8 bytes; F32 [3] needs 12",
  ],
  [
    "an end past the file",
    fileOf(`{"a":${f32(0, 8)}}`, 4),
    ["weights/outside-file"],
    "offset 62 to 70, but the file has 66",
  ],
  ["an absurd offset", fileOf(`{"a":${f32(2 ** 52, 2 ** 52 + 4)}}`, 4), ["weights/outside-file"], "but the file has"],
  [
    "overlapping tensors",
    fileOf(`{"a":${f32(0, 8)},"b":${f32(4, 12)}}`, 12),
    ["weights/overlap"],
    '"b" at offset 120 overlaps tensor "a"',
  ],
  ["a hole", fileOf(`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12), ["weights/gap"], "4 bytes at offset 120"],
  ["bytes at the end", fileOf(`{"a":${f32(0, 4)}}`, 7), ["weights/gap"], "3 bytes at offset 66"],
  ["metadata of numbers", fileOf(`{"__metadata__":{"a":1}}`), ["weights/entry-invalid"], "object of strings"],
  ["lists in lists", fileOf("[".repeat(5_000_000)), ["weights/header-not-json"], "nested more than 3 deep"],
  ["depth in an entry", fileOf(`{"a":{"shape":[[1]]}}`), ["weights/header-not-json"], "nested more than 3 deep"],
  [
    "millions of empty lists",
    fileOf(`{"a":[${"[],".repeat(1_000_000)}[]]}`),
    ["weights/header-not-json"],
    "more than 1000000 values",
  ],
  [
    "brackets in a name, which nest nothing",
    fileOf(`{"\\"[[[[[[${"\\\\"}":1}`),
    ["weights/entry-invalid"],
    "must be an object",
  ],
  ["two mistakes", fileOf(`{"a":1,"b":2}`), ["weights/entry-invalid", "weights/entry-invalid"], '"a"'],
];

suite("safetensors", (test) => {
  test("reads what the reference implementation wrote", () => {
    const file = read(python("python.safetensors"));
    assert.equal([...file.tensors.keys()].sort(), [
      "a.scalar",
      "b.empty",
      "conv1.bias",
      "conv1.weight",
      'quoted "\\ ü 脸',
    ]);
    assert.equal(file.tensors.get("conv1.weight")?.shape, [2, 3, 2, 2]);
    assert.equal(
      values(file, "conv1.weight"),
      Array.from({ length: 24 }, (_, i) => i / 8 - 1),
    );
    assert.equal(values(file, "conv1.bias"), [0.5, -0.25]);
    assert.equal(values(file, "a.scalar"), [Math.fround(1e-7)]);
    assert.equal([file.tensors.get("a.scalar")?.shape, file.tensors.get("b.empty")?.shape], [[], [0, 3]]);
    assert.equal([...file.metadata], [["made by", "Python"]]);
  });

  test("writes the reference implementation's bytes", () => {
    const expected = python("python.safetensors");
    const file = read(expected);
    const tensors = new Map([...file.tensors].map(([name, { shape, float32 }]) => [name, { shape, data: float32() }]));
    const written = Buffer.concat(writeSafetensors(tensors, file.metadata));
    assert.is(written.toString("latin1"), Buffer.from(expected).toString("latin1"));
    const shuffled = new Map([...tensors].reverse());
    assert.ok(Buffer.concat(writeSafetensors(shuffled, file.metadata)).equals(written));
  });

  test("converts half, double and long to float32", () => {
    const file = read(python("python-mixed.safetensors"));
    const half = [0, -0, 1, -2.5, 65504, 2 ** -24, 1023 * 2 ** -24, 0.333251953125];
    assert.equal(
      values(file, "half").map((value) => (Object.is(value, -0) ? "-0" : value)),
      half.map((value) => (Object.is(value, -0) ? "-0" : value)),
    );
    assert.equal(values(file, "double"), [Math.fround(1 / 3), Number.NEGATIVE_INFINITY, 2 ** -149]);
    assert.equal(values(file, "long"), [0, -1, 2 ** 40]);
    assert.equal(values(file, "single"), [Math.fround(1 / 3)]);
  });

  test("reads bfloat16 and data that is not aligned", () => {
    const header = `{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`;
    for (const padding of ["", " ", "  ", "   "]) {
      const bytes = fileOf(header + padding, 8);
      const data = new DataView(bytes.buffer, bytes.byteLength - 8);
      data.setUint16(0, 0x3fc0, true);
      data.setUint16(2, 0xc000, true);
      data.setFloat32(4, 0.1, true);
      const file = read(bytes);
      assert.equal([...values(file, "a"), ...values(file, "b")], [1.5, -2, Math.fround(0.1)]);
    }
  });

  for (const [what, bytes, codes, piece] of hostile) {
    test(`refuses ${what}`, () => {
      const result = readSafetensors(bytes, "w.safetensors");
      const diagnostics = result.kind === "refused" ? result.diagnostics : [];
      assert.equal(
        diagnostics.map(({ code }) => code),
        codes,
      );
      assert.ok(diagnostics[0]?.message.includes(piece), `${diagnostics[0]?.message} has no "${piece}"`);
      assert.ok(diagnostics[0]?.message.includes("w.safetensors"));
    });
  }

  test("of a header full of mistakes the first ones are told, and the others cost nothing", () => {
    const mistakes = (count: number): void => {
      const entries = Array.from({ length: count }, (_, i) => `"t${i}":1`);
      const result = readSafetensors(fileOf(`{${entries.join(",")}}`), "w");
      assert.is(result.kind === "refused" && result.diagnostics.length, 20);
    };
    // Comparing each with all before it, eight times as many took sixty times as long.
    assert.ok(growthOf(mistakes, { small: 10_000, factor: 8 }) < 24);
  });

  test("any bytes and any mutation of a good file end in diagnostics, never in a throw", () => {
    const original = python("python.safetensors");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(original.length),
        (edits, length) => {
          const bytes = original.slice(0, length);
          for (const [at, value] of edits) if (at < length) bytes[at] = value;
          const result = readSafetensors(bytes, "w");
          if (result.kind === "read") for (const tensor of result.value.tensors.values()) tensor.float32();
          return result.kind === "read" || result.diagnostics.length > 0;
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.json(), (json) => readSafetensors(fileOf(json), "w").kind.length > 0),
      { numRuns: 200 },
    );
  });
});
