import { suite as uvuSuite } from "uvu";
import { hasOnnxRuntime } from "./onnx-runtime.js";

type Test = (title: string, body: () => void | Promise<void>) => void;

interface Register extends Test {
  /** A test that needs onnxruntime-node itself: where that is not installed, it is named and counted as skipped. */
  readonly native: Test;
}

/** Declares a suite and runs it: with plain uvu a forgotten `.run()` is green with no tests. */
export function suite(name: string, declare: (test: Register) => void): void {
  const tests = uvuSuite(name);
  let count = 0;
  const register: Test = (title, body) => {
    count++;
    tests(title, async () => {
      await body();
    });
  };
  const skip: Test = (title) => {
    count++;
    tests.skip();
    console.log(`  skipped, for onnxruntime-node is not installed: ${name}: ${title}`);
  };
  declare(
    Object.assign((...test: Parameters<Test>) => register(...test), { native: hasOnnxRuntime ? register : skip }),
  );
  if (count === 0) throw new Error(`suite "${name}" has no tests`);
  tests.run();
}
