/**
 * By what factor the work of `run` grows when its input grows by `factor`: of processor time, so that a busy machine changes
 * little, and the least of a few turns. Linear work gives about `factor`, quadratic work its square.
 */
export function growthOf(
  run: (size: number) => void,
  { small, factor }: { readonly small: number; readonly factor: number },
): number {
  run(small);
  const least = (size: number): number => Math.min(...[0, 1, 2].map(() => processorTimeOf(() => run(size))));
  const [few, many] = [least(small), least(small * factor)];
  // Less than the clock of the processor tells apart is nothing to compare with.
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
