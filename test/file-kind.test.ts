import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { fileKindOf } from "../src/formats/file-kind.js";
import type { FileKind } from "../src/formats/file-kinds.js";
import { readWeightFile } from "../src/weights/read-weight-file.js";
import { writeSafetensors } from "../src/weights/safetensors.js";
import { suite } from "./support/suite.js";

const text = (written: string): Uint8Array => new TextEncoder().encode(written);
const latin = (written: string): Uint8Array => Uint8Array.from(written, (sign) => sign.charCodeAt(0));
const tar = new Uint8Array(512);
tar.set(latin("ustar"), 257);

const files: readonly (readonly [kind: FileKind | undefined, bytes: Uint8Array])[] = [
  ["empty", new Uint8Array(0)],
  ["lfs-pointer", text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 44815000\n")],
  ["web-page", text("\ufeff\n <!DOCTYPE HTML>\n<title>404</title>")],
  ["web-page", text("<html lang=en>")],
  ["xml", text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
  ["json", text('{"weight_map": {}}')],
  ["text", text("conv1.weight\t0.1\r\n")],
  ["text", text("é".repeat(300))],
  ["text", Uint8Array.from(Buffer.from("\ufeffweights", "utf16le"))],
  ["gzip", gzipSync("weights")],
  ["tar", tar],
  ["zip", latin("PK\u0003\u0004")],
  ["hdf5", latin("\u0089HDF\r\n\u001a\n")],
  ["numpy", latin("\u0093NUMPY\u0001\u0000")],
  ["picture", latin("\u00ff\u00d8\u00ff\u00e0")],
  ["picture", readFileSync(new URL("../docs/augmentation/mixup.png", import.meta.url))],
  [undefined, Uint8Array.from({ length: 600 }, (_, i) => i * 7)],
  [undefined, latin("text\u0000")],
];

suite("what a file is", (test) => {
  for (const [kind, bytes] of files) {
    test(`${kind ?? "nothing known"}: ${JSON.stringify(Buffer.from(bytes.subarray(0, 12)).toString("latin1"))}`, () => {
      assert.is(fileKindOf(bytes), kind);
      if (kind === undefined || kind === "zip") return;
      const read = readWeightFile(bytes, "w.pth");
      assert.is(read.kind === "refused" && read.diagnostics[0]?.code, "weights/not-weights");
    });
  }

  test("no safetensors file is taken for another, whatever the length of its header", () => {
    // Lengths whose first bytes are those of a gzip archive, a picture, a program.
    for (const length of [0x88b1f, 0xffd8ff & 0xfffff, 0x4b50, 0x3c3c]) {
      const [header = new Uint8Array(0)] = writeSafetensors(new Map());
      const bytes = new Uint8Array(8 + length).fill(0x20);
      bytes.set(header.subarray(8), 8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
      assert.is(readWeightFile(bytes, "w").kind, "read", `${length}`);
    }
  });

  test("any bytes are a kind or none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        fileKindOf(bytes);
        return readWeightFile(bytes, "w").kind === "refused" || bytes.length >= 8;
      }),
    );
  });
});
