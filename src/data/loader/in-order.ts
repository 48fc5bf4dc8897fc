/**
 * The results of `start` for each item, in order, with up to `ahead` more started than requested. An item is started only after
 * the one `ahead` positions before it has been taken and the next one is requested, so that the consumer may lend each item a
 * buffer.
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
        // The rejection of an item that nobody awaits must not end the process; a consumer that awaits it still gets it.
        result.catch(() => {});
        begun.push(result);
      }
    }
    const first = begun.shift();
    if (first === undefined) return;
    yield await first;
  }
}
