import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { keepEvents } from "../../src/report/keep-events.js";
import { crc32c, maskedCrc32c } from "../../src/report/tensorboard/crc32c.js";
import { encodeEvent } from "../../src/report/tensorboard/event.js";
import { frame, wholeRecords } from "../../src/report/tensorboard/record-file.js";
import { runFiles } from "../../src/training/run-files.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { type ReadEvent, readEvents } from "../support/tensorboard-events.js";
import { someRecords } from "./some-run.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const eventsIn = (folder: string): readonly ReadEvent[] => readEvents(join(folder, runFiles.events));

suite("TensorBoard events", (test) => {
  test("checksums are those of RFC 3720, B.4, and of the Castagnoli check word", () => {
    assert.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
    assert.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
    assert.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
    assert.is(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  });

  // Written by tensorboard 2.20.0 of PyPI: RecordWriter(f).write(Event(...).SerializeToString()).
  test("a record has the bytes that tensorboard's own writer gives", () => {
    assert.is(
      hex(frame(encodeEvent({ wallTime: 1000.5, fileVersion: "brain.Event:2" }))),
      "1800000000000000a37f4b22090000000000448f401a0d627261696e2e4576656e743a32aba33345",
    );
    const event = { wallTime: 1234.25, step: 300, scalars: [{ tag: "loss/training", value: 0.75 }] };
    assert.is(
      hex(frame(encodeEvent(event))),
      "2400000000000000422b804d09000000000049934010ac022a160a140a0d6c6f73732f747261696e696e67150000403f5f8e382d",
    );
    assert.is(
      maskedCrc32c(new TextEncoder().encode("123456789")),
      (((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0,
    );
  });

  test("reading ends at the first record whose length, data or checksum is not what was written", () => {
    const one = frame(encodeEvent({ wallTime: 1, step: 1 }));
    const bytes = Buffer.concat([one, one]);
    assert.is(wholeRecords(bytes).length, 2);
    for (let at = 0; at < one.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[one.length + at] = (changed[one.length + at] as number) ^ 0x10;
      assert.is(wholeRecords(changed).length, 1, `byte ${at}`);
    }
  });

  test("each epoch stands there once, with its own time, however the file grew", () =>
    inFolder({}, async (folder) => {
      const records = someRecords(4);
      for (const count of [1, 2, 3]) await keepEvents(folder, records.slice(0, count), 100 + count);
      const before = readFileSync(join(folder, runFiles.events));
      await keepEvents(folder, records.slice(0, 3), 999);
      assert.equal(readFileSync(join(folder, runFiles.events)), before, "nothing is due");
      await keepEvents(folder, records, 104);
      assert.equal(
        readFileSync(join(folder, runFiles.events)).subarray(0, before.length),
        before,
        "written behind the rest",
      );
      const events = eventsIn(folder);
      assert.equal(
        events.map(({ step }) => step),
        [0, 1, 2, 3, 4],
      );
      assert.equal(
        events.map(({ wallTime }) => wallTime),
        [101 - records[0]!.seconds, 101, 102, 103, 104],
      );
      assert.is(events[4]?.scalars["accuracy/held_out"], Math.fround(records[3]!.validationAccuracy));
      assert.is(events[4]?.scalars["run/learning_rate"], Math.fround(records[3]!.lr));
    }));

  test("a kill in the middle of a write, at every byte, and what else may lie there, cost no epoch and double none", () =>
    inFolder({}, async (folder) => {
      const records = someRecords(2);
      const path = join(folder, runFiles.events);
      await keepEvents(folder, records.slice(0, 1), 101);
      const one = readFileSync(path);
      await keepEvents(folder, records, 102);
      const two = readFileSync(path);
      for (let length = 0; length < two.length; length++) {
        writeFileSync(path, two);
        truncateSync(path, length);
        await keepEvents(folder, records, 102);
        const events = eventsIn(folder);
        assert.equal(
          events.map(({ step }) => step),
          [0, 1, 2],
          `cut at ${length}`,
        );
        if (length >= one.length) assert.is(events[1]?.wallTime, 101, `cut at ${length}`);
      }
      // An epoch that is not in the checkpoint was written, and is trained again.
      await keepEvents(folder, records.slice(0, 1), 101);
      assert.equal(readFileSync(path), one);
      for (const junk of [Buffer.alloc(5000, 0xff), Buffer.alloc(40), Buffer.concat([two, two])]) {
        writeFileSync(path, junk);
        await keepEvents(folder, records, 102);
        assert.equal(
          eventsIn(folder).map(({ step }) => step),
          [0, 1, 2],
        );
      }
    }));
});
