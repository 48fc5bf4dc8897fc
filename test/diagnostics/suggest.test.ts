import * as assert from "uvu/assert";
import { suggest } from "../../src/diagnostics/suggest.js";
import { suite } from "../support/suite.js";

suite("did you mean", (test) => {
  test("a slip of the keyboard", () => {
    assert.is(suggest("rellu", ["relu", "silu", "conv"]), "relu");
    assert.is(suggest("stirde", ["stride", "kernel"]), "stride");
    assert.is(suggest("Tyni", ["Tiny", "Relu"]), "Tiny");
    assert.is(suggest("net", ["ten", "relu"]), undefined);
    assert.is(suggest("DepthWise", ["depthwise", "conv"]), "depthwise");
  });

  test("nothing where nothing is near", () => {
    assert.is(suggest("zebra", ["relu", "conv"]), undefined);
    assert.is(suggest("x".repeat(100_000), ["relu"]), undefined);
  });

  test("the words of other tools, where ours is to be had", () => {
    assert.is(suggest("kernel_size", ["channels", "kernel"]), "kernel");
    assert.is(suggest("Conv2d", ["conv", "depthwise"]), "conv");
    assert.is(suggest("dim", ["axes", "keep"]), "axes");
    assert.is(suggest("dim", ["width"]), undefined);
    assert.is(suggest("constructor", ["relu"]), undefined);
  });
});
