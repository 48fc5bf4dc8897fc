import { suite as uvuSuite } from "uvu";
import { hasOnnxRuntime } from "./onnx-runtime.js";

type Test = (title: string, body: () => void | Promise<void>) => void;

interface Register extends Test {
  /** A test that needs onnxruntime-node itself: without it, the test is counted as skipped, and its suite reports that. */
  readonly native: Test;
}

/** Declares a suite and runs it: with plain uvu, a forgotten `.run()` passes with no tests. */
export function suite(name: string, declare: (test: Register) => void): void {
  const tests = uvuSuite(name);
  let count = 0;
  let skipped = 0;
  const register: Test = (title, body) => {
    count++;
    tests(title, async () => {
      await body();
    });
  };
  const skip: Test = () => {
    count++;
    skipped++;
    tests.skip();
  };
  declare(
    Object.assign((...test: Parameters<Test>) => register(...test), { native: hasOnnxRuntime ? register : skip }),
  );
  if (count === 0) throw new Error(`suite "${name}" has no tests`);
  if (skipped > 0) console.log(` ${name}: ${skipped} skipped, they need onnxruntime-node, which is not installed`);
  tests.run();
}
