/** Requests in a checkpoint that lferc does not support are rejected, never ignored. */
import * as assert from "uvu/assert";
import { loadWeights } from "../../src/weights/load-weights.js";
import { runPickle } from "../../src/weights/pytorch/pickle-machine.js";
import type { DictValue, PickleValue, TensorValue } from "../../src/weights/pytorch/pickle-values.js";
import { stateDictsOf } from "../../src/weights/pytorch/state-dicts.js";
import { suite } from "../support/suite.js";
import { pickle, tensor, text } from "./pickle-text.js";
import { graphOf } from "./slot-graph.js";
import { zipOf } from "./zip-file.js";

suite("what a pickle says beside a tensor's place", (test) => {
  /** `{"a": _rebuild_tensor_v2(storage, 0, (n,), (1,), requires_grad, hooks, metadata)}`, from the third argument on. */
  const rebuilt = (...beside: readonly (string | readonly number[])[]): Uint8Array =>
    pickle(
      "}",
      text("a"),
      "ctorch._utils\n_rebuild_tensor_v2\n((",
      text("storage"),
      "ctorch\nFloatStorage\n",
      text("0"),
      text("cpu"),
      "K\x04tQK\x00K\x04",
      [0x85],
      "K\x01",
      [0x85],
      ...beside,
      "tRs.",
    );
  const [no, yes] = [[0x89], [0x88]];
  const flag = (name: string, value: readonly number[]) => ["}", text(name), value, "s"] as const;
  const kindOf = (bytes: Uint8Array): string => {
    const result = runPickle(bytes);
    return result.kind === "fault" ? result.fault.kind : result.kind;
  };

  test("a minus or a conjugate that is still to be taken is refused; switched off it is nothing", () => {
    assert.is(kindOf(rebuilt(no, "N")), "value");
    assert.is(kindOf(rebuilt(yes, "NN")), "value");
    assert.is(kindOf(rebuilt(no, "N", ...flag("neg", no))), "value");
    for (const name of ["neg", "conj", "something new"]) {
      assert.is(kindOf(rebuilt(no, "N", ...flag(name, yes))), "unread-argument", name);
    }
  });

  test("hooks, a flag that is none, and arguments that no PyTorch gives are refused", () => {
    assert.is(kindOf(rebuilt(no, ...flag("hook", yes))), "unread-argument");
    assert.is(kindOf(rebuilt("K\x01", "N")), "unread-argument");
    assert.is(kindOf(rebuilt(no, "NNN")), "unread-argument");
    assert.is(kindOf(pickle("ccollections\nOrderedDict\n(K\x01K\x02tR.")), "unread-argument");
  });

  test("a state that is put into a tensor would be other values", () => {
    const state = pickle("}", text("a"), ...tensor(4), "K\x01bs.");
    assert.is(kindOf(state), "unread-argument");
  });
});

suite("averages beside the weights", (test) => {
  const leaf: TensorValue = {
    kind: "tensor",
    storage: { kind: "storage", dtype: "F32", elementBytes: 4, key: "0", elements: 1 },
    dtype: "F32",
    offset: 0,
    shape: [1],
    strides: [1],
  };
  const dict = (entries: Readonly<Record<string, PickleValue>>): DictValue => ({
    kind: "dict",
    entries: new Map(Object.entries(entries)),
  });
  const list = (...items: PickleValue[]): PickleValue => ({ kind: "list", items });
  /** Created anew each time: the same object twice would be the same weights. */
  const weights = () => dict({ w: leaf });
  const averagesOf = (checkpoint: DictValue): readonly string[] => {
    const read = stateDictsOf(checkpoint, "w.pth", () => ({ kind: "read", value: new Uint8Array(4) }));
    return read.kind === "read" ? (read.value[0]?.averages ?? []) : ["refused"];
  };

  test("in any form that tools keep them in, by the words of their keys", () => {
    const rows: readonly (readonly [DictValue, readonly string[]])[] = [
      [dict({ model: weights(), ema: list(leaf) }), ["ema"]],
      [dict({ model: weights(), ema: dict({ decay: 0.9, shadow_params: list(leaf) }) }), ["ema"]],
      [dict({ state_dict: weights(), callbacks: dict({ EMA: dict({ params: list(leaf) }) }) }), ["callbacks.EMA"]],
      [dict({ model: weights(), emaModel: weights() }), ["emaModel"]],
      [dict({ model: weights(), "swa-state": weights() }), ["swa-state"]],
      [dict({ model: weights(), avg_model: dict({ module: weights() }) }), ["avg_model"]],
    ];
    for (const [checkpoint, averages] of rows) assert.equal(averagesOf(checkpoint), averages);
  });

  test("an average that does not fit by itself is one all the same: the weights beside it are not taken for the ones meant", () => {
    const one = tensor(4);
    const model = [text("model"), "}", text("a"), ...one, "ss"] as const;
    const checkpoint = (...more: readonly (string | readonly number[])[]): Uint8Array =>
      zipOf([
        { name: "archive/data.pkl", data: pickle("}", ...model, ...more, ".") },
        { name: "archive/data/0", data: new Uint8Array(16) },
      ]);
    const load = (bytes: Uint8Array) => loadWeights(graphOf({ a: [4] }), { kind: "file", file: "w.pth", bytes });
    assert.is(load(checkpoint()).kind, "loaded");
    const loaded = load(checkpoint(text("ema"), "](", ...one, "es"));
    assert.equal(loaded.kind === "refused" && loaded.diagnostics.map(({ code }) => code), [
      "weights/several-state-dicts",
    ]);
  });

  test("an optimiser's averages are of gradients, and a number is no average", () => {
    const optimizer = dict({ avg: list(leaf), state: dict({ "0": dict({ exp_avg: leaf }) }) });
    assert.equal(averagesOf(dict({ model: weights(), optimizer, ema_decay: 0.9, n_averaged: leaf })), []);
    assert.equal(averagesOf(dict({ model: weights(), schema: dict({ a: list(leaf) }) })), []);
  });
});
