import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";
import { loadWeights } from "../../src/weights/load-weights.js";
import { readWeightFile } from "../../src/weights/read-weight-file.js";
import type { WeightFile } from "../../src/weights/weight-file.js";
import { suite } from "../support/suite.js";
import { pickle, tensor, text } from "./pickle-text.js";
import { graphOf } from "./slot-graph.js";
import { checkpointOf, zipOf } from "./zip-file.js";

const folder = new URL("./pytorch/", import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

const read = (name: string): readonly WeightFile[] => {
  const result = readWeightFile(bytesOf(name), name);
  assert.is(result.kind, "read", JSON.stringify(result));
  return result.kind === "read" ? result.value : [];
};

const refusal = (bytes: Uint8Array, name: string): readonly Diagnostic[] => {
  const result = readWeightFile(bytes, name);
  return result.kind === "refused" ? result.diagnostics : [];
};

/** PyTorch's own reading of the files: shape and values by name, as make_files.py wrote it. */
type Expected = Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>;
const expected = JSON.parse(readFileSync(new URL("values.json", folder), "utf8")) as Readonly<Record<string, Expected>>;

/** The network of make_files.py, under PyTorch's names. */
const tiny = graphOf({
  "features.0.weight": [4, 3, 3, 3],
  "features.1.weight": [4],
  "features.1.bias": [4],
  "features.1.running_mean": [4],
  "features.1.running_var": [4],
  "head.weight": [2, 4],
  "head.bias": [2],
});

const load = (bytes: Uint8Array, file: string) => loadWeights(tiny, { kind: "file", file, bytes });

suite("PyTorch's checkpoints", (test) => {
  for (const [name, tensors] of Object.entries(expected)) {
    test(`${name}: every tensor as PyTorch reads it`, () => {
      const found = read(name);
      assert.is(found.length, 1);
      const stored = found[0]!.tensors;
      const readable = [...stored].filter(([, { float32 }]) => float32 !== undefined);
      assert.equal(
        readable.map(([key, { shape, float32 }]) => [key, shape, [...float32!()]]),
        Object.entries(tensors).map(([key, [shape, values]]) => [key, shape, values]),
      );
      assert.equal(
        [...stored].filter(([, { float32 }]) => float32 === undefined).map(([, { dtype }]) => dtype),
        name === "dtypes.pth" ? ["complex64"] : [],
      );
    });
  }

  test("all forms of the same weights load alike, wrapped or not", () => {
    const [plain, ...others] = [
      "tiny.pth",
      "tiny-legacy.pth",
      "tiny-protocol4.pth",
      "tiny-half.pth",
      "tiny-bfloat16.pth",
      "tiny-parallel.pth",
      "tiny-wrapped.pth",
    ].map((name) => {
      const loaded = load(bytesOf(name), name);
      assert.is(loaded.kind, "loaded", `${name}: ${JSON.stringify(loaded)}`);
      return loaded.kind === "loaded" ? loaded : assert.unreachable();
    });
    for (const other of others) assert.equal(other!.weights, plain!.weights);
    assert.equal(
      others.map((other) => [other!.account?.entry, other!.account?.prefix]),
      [
        ["", ""],
        ["", ""],
        ["", ""],
        ["", ""],
        ["", "module."],
        ["state_dict", ""],
      ],
    );
  });

  test("a large tensor is a view of the file, not a copy", () => {
    const bytes = bytesOf("tiny.pth");
    const result = readWeightFile(bytes, "tiny.pth");
    const weight = result.kind === "read" ? result.value[0]!.tensors.get("features.0.weight") : undefined;
    assert.is(weight?.float32?.().buffer, bytes.buffer);
  });

  const refused: readonly (readonly [file: string, code: string, words: string])[] = [
    [
      "hostile.pth",
      "weights/forbidden-global",
      "archive/data.pkl, offset 2: the pickle asks for Python's posix.system",
    ],
    ["hostile-legacy.pth", "weights/forbidden-global", "offset 2: the pickle asks for Python's posix.system"],
    ["whole-module.pth", "weights/whole-module", "a whole object of class __main__.Tiny"],
    ["torchscript.pt", "weights/torchscript", "a TorchScript program"],
    ["deflated.pth", "weights/archive-packed", "tiny/byteorder is compressed"],
    ["big-endian.pth", "weights/byte-order", 'byte order "big"'],
  ];
  for (const [file, code, words] of refused) {
    test(`${file} is refused: ${code}`, () => {
      const diagnostics = refusal(bytesOf(file), file);
      assert.equal(
        diagnostics.map((diagnostic) => diagnostic.code),
        [code],
      );
      assert.ok(diagnostics[0]!.message.includes(words), diagnostics[0]!.message);
    });
  }

  test("what the hostile files would run did not run", () => assert.not(existsSync("hostile-ran")));

  test("of a checkpoint with an average beside the weights nobody knows which is meant", () => {
    const loaded = load(bytesOf("tiny-ema.pth"), "tiny-ema.pth");
    assert.equal(loaded.kind === "refused" ? loaded.diagnostics.map(({ code }) => code) : [], [
      "weights/several-state-dicts",
    ]);
  });
});

/** Bytes that are rejected with one diagnostic: its code, and words of its message. */
type Refused = readonly [what: string, bytes: Uint8Array, code: string, words: string];

function testRefusal(test: Parameters<Parameters<typeof suite>[1]>[0], [what, bytes, code, words]: Refused): void {
  test(`${what}: ${code}`, () => {
    const diagnostics = refusal(bytes, "w.pth");
    assert.equal(
      diagnostics.map((diagnostic) => diagnostic.code),
      [code],
    );
    assert.ok(diagnostics[0]!.message.includes(words), diagnostics[0]!.message);
  });
}

suite("hostile pickles", (test) => {
  const cases: readonly Refused[] = [
    [
      "code by REDUCE",
      pickle("cbuiltins\neval\n", text("1"), [0x85], "R."),
      "weights/forbidden-global",
      "builtins.eval",
    ],
    ["code by STACK_GLOBAL", pickle(text("os"), text("system"), [0x93], "."), "weights/forbidden-global", "os.system"],
    ["an object by NEWOBJ", pickle("ccollections\nOrderedDict\n)", [0x81], "."), "weights/forbidden-opcode", "0x81"],
    ["an object by INST", pickle("(ios\nsystem\n."), "weights/forbidden-opcode", "0x69"],
    ["a global inside", pickle("}", text("a"), "cos\nsystem\ns."), "weights/forbidden-global", "os.system"],
    ["a name in another module's dress", pickle("ctorch.float32\nsystem\n."), "weights/forbidden-global", "system"],
    ["a call of no function", pickle("K\x01)R."), "weights/pickle-damaged", "its stack"],
    ["a call of a storage's type", pickle("ctorch\nFloatStorage\n)R."), "weights/pickle-damaged", "not a function"],
    ["a memo that is not there", pickle("h\x07."), "weights/pickle-damaged", "memo"],
    ["an empty stack", pickle("."), "weights/pickle-damaged", "its stack"],
    ["no end", pickle("}"), "weights/pickle-damaged", "ends in the middle"],
    [
      "a text longer than the file",
      pickle([0x58, 0xff, 0xff, 0x0f, 0]),
      "weights/pickle-damaged",
      "ends in the middle",
    ],
    ["a text of gigabytes", pickle([0x58, 0xff, 0xff, 0xff, 0xff]), "weights/pickle-damaged", "a mebibyte"],
    ["a number of 200 bytes", pickle([0x8a, 200], "0".repeat(200), "."), "weights/pickle-damaged", "16 bytes"],
    ["items for a number", pickle("K\x01(K\x01e."), "weights/pickle-damaged", "takes none"],
    ["a million lists", pickle("]".repeat(2_000_001)), "weights/pickle-damaged", "2000000 steps"],
    ["a newer protocol", new Uint8Array([0x80, 5, 0x80, 6, 0x2e, 1, 1, 1, 1]), "weights/pickle-damaged", "protocol"],
    [
      "a tensor beyond its storage",
      pickle(...tensor(5), "."),
      "weights/pickle-damaged",
      "beyond the end of its storage",
    ],
    [
      "a stride that reaches far",
      pickle(...tensor(2, "J\xff\xff\xff\x7f"), "."),
      "weights/pickle-damaged",
      "beyond the end",
    ],
    [
      "a step backwards",
      pickle(...tensor(2, "J\xff\xff\xff\xff"), "."),
      "weights/pickle-damaged",
      "arguments of the wrong type",
    ],
    ["a plain pickle", pickle("}."), "weights/no-checkpoint", "magic number"],
  ];
  for (const each of cases) testRefusal(test, each);
});

suite("hostile archives", (test) => {
  const plain = { name: "w/data.pkl", data: pickle("}", text("a"), ...tensor(4), "s.") };
  const storage = { name: "w/data/0", data: new Uint8Array(16) };

  test("the same archive without tricks is read", () => {
    const result = readWeightFile(zipOf([plain, storage]), "w.pth");
    assert.equal(result.kind === "read" ? result.value[0]!.tensors.get("a")?.shape : result, [4]);
  });

  const cases: readonly Refused[] = [
    ["a storage that is not there", zipOf([plain]), "weights/storage-missing", '"0" has 0 bytes; its tensors need 16'],
    ["a storage too short", zipOf([plain, { ...storage, data: "1234" }]), "weights/storage-missing", "has 4 bytes"],
    [
      "a size beyond the file",
      zipOf([plain, { ...storage, size: 2 ** 31 }]),
      "weights/archive-damaged",
      "does not lie",
    ],
    [
      "sizes in a ZIP64 field that is not there",
      zipOf([plain, { ...storage, size: 0xffffffff }]),
      "weights/archive-damaged",
      "not an entry",
    ],
    ["an entry over another", zipOf([plain, { ...storage, local: 0 }]), "weights/archive-damaged", "share bytes"],
    ["a place that is no entry", zipOf([plain, { ...storage, local: 7 }]), "weights/archive-damaged", "does not lie"],
    ["two entries of one name", zipOf([plain, storage, storage]), "weights/duplicate-key", "w/data/0"],
    ["more entries than there are", zipOf([plain, storage], { count: 9 }), "weights/archive-damaged", "not an entry"],
    [
      "a directory beyond the file",
      zipOf([plain, storage], { begin: 2 ** 31 }),
      "weights/archive-damaged",
      "beyond the file",
    ],
    ["an encrypted entry", zipOf([plain, { ...storage, flags: 1 }]), "weights/archive-packed", "w/data/0"],
    [
      "two pickles",
      zipOf([plain, { ...plain, name: "v/data.pkl" }]),
      "weights/no-checkpoint",
      "one entry NAME/data.pkl",
    ],
    ["some other archive", zipOf([{ name: "readme.txt", data: "hello" }]), "weights/no-checkpoint", "a ZIP archive"],
    ["no dictionary", checkpointOf(pickle("]", "K\x01a.")), "weights/no-state-dict", "but a list"],
    ["no tensor", checkpointOf(pickle("}", text("epoch"), "K\x01s.")), "weights/no-state-dict", "a dict with epoch"],
  ];
  for (const each of cases) testRefusal(test, each);

  test("dictionaries that contain each other thousands of times are looked at once", () => {
    const dict = (depth: number): readonly number[] => {
      if (depth === 0) return [...Buffer.from("}q\x00", "latin1")];
      const again = Array.from({ length: 3000 }, (_, i) => [...text(`k${i}`), 0x68, depth - 1]).flat();
      return [...Buffer.from("}q"), depth, 0x28, ...text("first"), ...dict(depth - 1), ...again, 0x75];
    };
    const diagnostics = refusal(checkpointOf(pickle(dict(4), ".")), "w.pth");
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["weights/no-state-dict"],
    );
  });

  test("a long list that is copied again and again counts each time", () => {
    const list = `](${"K\x01".repeat(3000)}`;
    const copies = pickle(`${list}eq\x00ctorch\nSize\nq\x01(`, ..."h\x01h\x00\x85R".repeat(1000), "t.");
    assert.ok(refusal(checkpointOf(copies), "w.pth")[0]?.message.includes("2000000 steps"));
  });

  test("a tensor of a billion elements of one number is compared with the model before it is made", () => {
    // All elements are the storage's first one: stride 0.
    const bytes = checkpointOf(pickle("}", text("a"), ...tensor(4, "K\x00").with(6, "J\x00\xca\x9a\x3b\x85"), "s."), {
      0: new Uint8Array(16),
    });
    const result = readWeightFile(bytes, "w.pth");
    assert.equal(result.kind === "read" ? result.value[0]!.tensors.get("a")?.shape : result, [1_000_000_000]);
    const loaded = loadWeights(graphOf({ a: [4] }), { kind: "file", file: "w.pth", bytes });
    assert.equal(loaded.kind === "refused" ? loaded.diagnostics.map(({ code }) => code) : [], ["weights/wrong-shape"]);
  });
});

suite("broken checkpoints", (test) => {
  const files = ["tiny.pth", "tiny-legacy.pth", "views.pth", "tiny-wrapped.pth"];

  for (const file of files.slice(0, 2)) {
    test(`${file}: every beginning of it ends in a diagnostic`, () => {
      const bytes = bytesOf(file);
      for (let length = 0; length < bytes.length; length++) {
        const loaded = load(bytes.slice(0, length), file);
        assert.is(loaded.kind, "refused", `${length} bytes`);
        assert.ok(loaded.kind === "refused" && loaded.diagnostics.length > 0, `${length} bytes`);
      }
    });
  }

  for (const file of files) {
    test(`${file}: changed bytes end in a diagnostic or in weights of the right shapes`, () => {
      const original = bytesOf(file);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
          (edits) => {
            const bytes = original.slice();
            for (const [at, value] of edits) bytes[at] = value;
            const loaded = load(bytes, file);
            return loaded.kind === "refused" ? loaded.diagnostics.length > 0 : loaded.weights.size === 7;
          },
        ),
        { numRuns: 400 },
      );
    });
  }

  test("any pickle of allowed steps ends", () => {
    const opcodes = [
      ..."(NKMJGXUT)]}taesuhjqrcRbQ.",
      "\x80",
      "\x88",
      "\x89",
      "\x85",
      "\x86",
      "\x87",
      "\x8c",
      "\x90",
      "\x93",
      "\x94",
    ];
    const word = fc.constantFrom(
      "ctorch\nFloatStorage\n",
      "ctorch._utils\n_rebuild_tensor_v2\n",
      "ccollections\nOrderedDict\n",
      "K\x01",
      "(",
      "}",
      "q\x00",
      "h\x00",
    );
    const step = fc.oneof(fc.constantFrom(...opcodes), word, fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => refusal(pickle(...steps), "w").length > 0),
      { numRuns: 1000 },
    );
  });
});
