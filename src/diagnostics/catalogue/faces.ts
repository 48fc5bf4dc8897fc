import { entry } from "../entry.js";
import { writeFailure } from "../file-failures.js";

const good = { command: "lferc faces -o faces" };

/** What keeps faces from being drawn. */
export const facesEntries = {
  "faces/in-the-way": entry<{ path: string; holdsFaces: boolean }>({
    severity: "error",
    message: (h) =>
      h.holdsFaces
        ? `${h.path} holds faces that were drawn with other options, or by another version: nothing was written`
        : `${h.path} is not empty: nothing was written`,
    help: (h) =>
      h.holdsFaces
        ? "Name another folder; the same options (about.json there has them) go on with what is there."
        : "Name a folder that is empty, or not there yet.",
    explanation:
      "A data set is all of one piece: no faces are drawn between somebody's files, nor between other faces. A folder with faces of the very same options is gone on with.",
    bad: { command: "lferc faces -o folder-with-a-readme" },
    good,
  }),

  "faces/cannot-write": entry<{ path: string; code: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${writeFailure(h.code)}`,
    help: () => "What was written before is whole: the same command goes on from there once it can.",
    explanation: "Each picture is a file of its own; those that are there already are not drawn again.",
    bad: { command: "lferc faces -o /proc/faces" },
    good,
  }),
};
