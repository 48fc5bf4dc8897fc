/**
 * The factor by which the work of `run` grows when its input grows by `factor`: measured in CPU time, so that a busy machine has little
 * influence, as the minimum of a few rounds. Linear work gives about `factor`, quadratic work its square.
 */
export function growthOf(
  run: (size: number) => void,
  { small, factor }: { readonly small: number; readonly factor: number },
): number {
  run(small);
  const least = (size: number): number => Math.min(...[0, 1, 2].map(() => processorTimeOf(() => run(size))));
  const [few, many] = [least(small), least(small * factor)];
  // Times below the clock's resolution cannot be compared.
  return many / Math.max(few, clockStep);
}

/** Microseconds. */
const clockStep = 1000;

function processorTimeOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
