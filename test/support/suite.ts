import { suite as uvuSuite } from "uvu";

type Register = (name: string, body: () => void | Promise<void>) => void;

/** Declares a suite and runs it: with plain uvu a forgotten `.run()` is green with no tests. */
export function suite(name: string, declare: (test: Register) => void): void {
  const tests = uvuSuite(name);
  let count = 0;
  declare((title, body) => {
    count++;
    tests(title, async () => {
      await body();
    });
  });
  if (count === 0) throw new Error(`suite "${name}" has no tests`);
  tests.run();
}
