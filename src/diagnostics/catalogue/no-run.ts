/** A folder that is not a run; perhaps a run that has not begun, because its teacher is trained first. */
export interface NoRun {
  readonly path: string;
  readonly teacher?: string | undefined;
}

export const noRun = (h: NoRun, reason: string): string =>
  h.teacher === undefined
    ? `${h.path} is not a run: ${reason}`
    : `the run ${h.path} has not begun: its teacher is trained first, in ${h.teacher}`;

/** `others`: what the command accepts besides a run. */
export const runToName = ({ teacher }: NoRun, others = ""): string =>
  teacher === undefined
    ? `Name the folder that \`lferc train\` wrote (it says which at its end)${others}.`
    : `Name ${teacher} for the teacher, or wait until the student has finished an epoch.`;
