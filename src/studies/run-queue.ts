/** Runs jobs from a list concurrently, until none is left or a stop is requested; a failing job does not stop others. */

export interface Queue<T> {
  /** Runs the job to its end, whatever the result. */
  start(job: T): Promise<void>;
  /** If true, no further job is started; running ones are awaited. */
  readonly isStopped: () => boolean;
}

export async function runQueue<T>(jobs: readonly T[], atATime: number, { start, isStopped }: Queue<T>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < jobs.length && !isStopped()) await start(jobs[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, jobs.length) }, work));
}
