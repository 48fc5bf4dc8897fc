import * as assert from "uvu/assert";
import { parseNpy, readNpy } from "../../src/data/npy.js";
import { suite } from "../support/suite.js";
import { npyFile } from "./npy-file.js";

/** Files written by NumPy 2.4.6's `np.save`, without the spaces that pad the header. */
const written: readonly (readonly [string, string, unknown])[] = [
  [
    "np.array('7')",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo3AAAA",
    { shape: [], values: ["7"] },
  ],
  [
    "np.array('-0.124')",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPFU2JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAotAAAAMAAAAC4AAAAxAAAAMgAAADQAAAA=",
    { shape: [], values: ["-0.124"] },
  ],
  [
    "np.array(b'3')",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfFMxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoz",
    { shape: [], values: ["3"] },
  ],
  [
    "np.array([1.5, -2.25])",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAALA",
    { shape: [2], values: [1.5, -2.25] },
  ],
  [
    "np.array([[1.5], [2]], dtype='>f4')",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/wAAAQAAAAA==",
    { shape: [2, 1], values: [1.5, 2] },
  ],
  [
    "np.array(10)",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoKAAAAAAAAAA==",
    { shape: [], values: [10] },
  ],
  [
    "np.array({'a': 1})",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJWPAAAA",
    "it holds Python objects, which are not opened",
  ],
  [
    "np.array([True])",
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoB",
    "it holds values of the type b1",
  ],
];

suite("NumPy's files", (test) => {
  for (const [what, base64, wanted] of written) {
    test(`${what}, as NumPy writes it`, () => assert.equal(parseNpy(Buffer.from(base64, "base64")), wanted));
  }

  test("our own fixtures are the same bytes as NumPy's", () => {
    assert.equal(Buffer.from(npyFile("7")).toString("base64"), written[0]?.[1]);
    assert.equal(Buffer.from(npyFile([1.5, -2.25])).toString("base64"), written[3]?.[1]);
  });

  test("files that end early, claim too much, or are something else are refused in words", () => {
    const good = npyFile([1.5, -2.25]);
    for (let length = 0; length < good.length; length++) {
      assert.type(parseNpy(good.subarray(0, length)), "string", `${length}`);
    }
    const edited = (from: string, to: string): Uint8Array => {
      const bytes = Buffer.from(good);
      bytes.write(to, bytes.indexOf(from), "latin1");
      return bytes;
    };
    for (const [from, to] of [
      ["(2,)", "(9,)"],
      ["(2,)", "(a,)"],
      ["<f8", "<f9"],
      ["<f8", "<U9"],
      ["<f8", "<V8"],
      ["descr", "descx"],
      ["NUMPY", "NUMPX"],
      ["\x01\x00", "\x04\x00"],
      ["\x01\x00v\x00", "\x01\x00\xff\xff"],
      ["\x01\x00v\x00", "\x02\x00\xff\xff"],
    ] as const) {
      assert.type(parseNpy(edited(from, to)), "string", to);
    }
    assert.match(String(parseNpy(edited("(2,), }", "(999999999,999999999,99)"))), /it should hold/);
  });

  test("what is no file of that size is not read", async () => {
    assert.is(await readNpy("/nowhere/a.npy"), "there is no such file");
    assert.is(await readNpy("/dev/zero"), "it is not a regular file");
  });
});
