import * as assert from "uvu/assert";
import { inOrder } from "../../src/data/loader/in-order.js";
import { suite } from "../support/suite.js";

suite("results in order", (test) => {
  test("come as the items do, whichever is ready first, and no more than so many are under way", async () => {
    const open: (() => void)[] = [];
    let underWay = 0;
    let most = 0;
    const start = (item: number): Promise<number> => {
      most = Math.max(most, ++underWay);
      return new Promise((resolve) => {
        open[item] = () => {
          underWay--;
          resolve(item * item);
        };
      });
    };
    const results: number[] = [];
    const taking = (async () => {
      for await (const result of inOrder([0, 1, 2, 3, 4, 5, 6], 2, start)) results.push(result);
    })();
    for (const item of [2, 1, 0, 4, 3, 5, 6]) {
      for (let turn = 0; turn < 100 && open[item] === undefined; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.ok(open[item], `${item} is never begun`);
      open[item]();
    }
    await taking;
    assert.equal(results, [0, 1, 4, 9, 16, 25, 36]);
    assert.is(most, 3);
  });

  test("a failure reaches whoever waits for it, and nobody else", async () => {
    const start = async (item: number): Promise<number> => {
      if (item > 0) throw new Error(`no ${item}`);
      return item;
    };
    const results = inOrder([0, 1, 2], 2, start);
    assert.is((await results.next()).value, 0);
    // 2 has failed as well by now; only 1 is awaited.
    try {
      await results.next();
      assert.unreachable();
    } catch (error) {
      assert.is((error as Error).message, "no 1");
    }
  });
});
