import * as assert from "uvu/assert";
import type { Attributes } from "../../../src/ir/graph.js";
import type { AnyOp } from "../../../src/ops/contracts.js";
import type { OnnxNode, OnnxReader } from "../../../src/ops/onnx-node.js";
import { ops } from "../../../src/ops/registry.js";
import { fusedTypes } from "../../../src/targets/onnx/read/fused-nodes.js";
import { claimsOf, isRead, readerOf } from "../../../src/targets/onnx/read/readers.js";
import { suite } from "../../support/suite.js";

const all = Object.values(ops) as unknown as readonly AnyOp[];

/** An op with this name and this reader. */
const opThatReads = (name: string, ...readers: readonly Omit<OnnxReader<Attributes>, "read">[]): AnyOp => ({
  ...(ops.identity as unknown as AnyOp),
  name,
  readOnnx: readers.map((reader) => ({ ...reader, read: () => [] })),
});

const nodeTypesOf = (op: AnyOp): readonly string[] =>
  "notReadBack" in op.readOnnx ? [] : op.readOnnx.flatMap(({ nodeTypes }) => nodeTypes);

suite("which op reads a node of a file", (test) => {
  test("every op is read back from a node, or says why not", () => {
    const silent = all.filter(({ readOnnx }) =>
      "notReadBack" in readOnnx ? readOnnx.notReadBack.length < 10 : readOnnx.length === 0,
    );
    assert.equal(
      silent.map(({ name }) => name),
      [],
    );
  });

  test("two ops that would read the same nodes are found, and nodes that only some forms of are read", () => {
    assert.throws(
      () => claimsOf([...all, opThatReads("rectify", { nodeTypes: ["Relu"] })]),
      /relu and rectify both read Relu/,
    );
    assert.throws(
      () => claimsOf([opThatReads("rectify", { nodeTypes: ["Relu"], takes: () => true })]),
      /no op reads the Relu nodes that are left/,
    );
  });

  test("an op may take nodes of one form, but not those that another takes", () => {
    const look = (): OnnxNode => ({}) as OnnxNode;
    const others = opThatReads("others", { nodeTypes: ["Clip"] });
    const one = opThatReads("one", { nodeTypes: ["Clip"], takes: () => true });
    const none = opThatReads("none", { nodeTypes: ["Clip"], takes: () => false });
    const reader = (...ofThese: readonly AnyOp[]): string | undefined =>
      readerOf("Clip", look, claimsOf(ofThese))?.op.name;
    assert.is(reader(others, one, none), "one");
    assert.is(reader(none, one, others), "one");
    assert.is(reader(none, others), "others");
    assert.throws(() => reader(one, others, { ...one, name: "two" }), /one and two both take a node of type Clip/);
  });

  test("the order of the ops does not matter", () => {
    const readers = (ofThese: readonly AnyOp[]) =>
      [...claimsOf(ofThese)]
        .map(([nodeType, { others, takers }]) => [nodeType, others.op.name, takers.map(({ op }) => op.name).sort()])
        .sort();
    assert.equal(readers(all.toReversed()), readers(all));
  });

  test("an op reads every form that the patterns find, and no other", () => {
    const unread = fusedTypes.filter((type) => !isRead(type));
    const unknown = all.flatMap(nodeTypesOf).filter((type) => type.startsWith("lfer.") && !fusedTypes.includes(type));
    assert.equal([unread, unknown], [[], []]);
  });
});
