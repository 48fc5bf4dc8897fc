/**
 * What `start` makes of each item, in the items' order, with up to `ahead` more begun than are asked for. An item is begun only
 * when the one `ahead` places before it has been taken and the next one is asked for: whoever takes them may lend each a place.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  start: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  const left = items[Symbol.iterator]();
  let isThrough = false;
  for (;;) {
    while (!isThrough && begun.length <= ahead) {
      const next = left.next();
      if (next.done === true) isThrough = true;
      else {
        const result = start(next.value);
        // One that nobody comes to wait for any more must not end the process; who does wait is still told.
        result.catch(() => {});
        begun.push(result);
      }
    }
    const first = begun.shift();
    if (first === undefined) return;
    yield await first;
  }
}
