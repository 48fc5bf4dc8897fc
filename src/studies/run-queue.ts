/** Several jobs at a time from a list, until none is left or somebody wants it to end; one that fails stops no other. */

export interface Queue<T> {
  /** Does the job, whatever comes of it. */
  start(job: T): Promise<void>;
  /** No job is begun once this is so; those at work are waited for. */
  readonly isStopped: () => boolean;
}

export async function runQueue<T>(jobs: readonly T[], atATime: number, { start, isStopped }: Queue<T>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < jobs.length && !isStopped()) await start(jobs[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, jobs.length) }, work));
}
