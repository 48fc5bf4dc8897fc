import { entry } from "../entry.js";
import { writeFailure } from "../file-failures.js";

const good = { command: "lferc faces -o faces" };

/** Problems of drawing faces. */
export const facesEntries = {
  "faces/in-the-way": entry<{ path: string; holdsFaces: boolean }>({
    severity: "error",
    message: (h) =>
      h.holdsFaces
        ? `${h.path} holds faces that were drawn with other options, or by another version: nothing was written`
        : `${h.path} is not empty: nothing was written`,
    help: (h) =>
      h.holdsFaces
        ? "Name another folder; the same options (see its about.json) continue what is there."
        : "Name a folder that is empty or does not exist yet.",
    explanation:
      "A data set is one piece: faces are not mixed with other files, nor with faces drawn with other options. A folder with faces of the same options is continued.",
    bad: { command: "lferc faces -o folder-with-a-readme" },
    good,
  }),

  "faces/cannot-write": entry<{ path: string; code: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${writeFailure(h.code)}`,
    help: () => "Files written before are complete: the same command goes on from there.",
    explanation: "Each picture is a file of its own; existing ones are not drawn again.",
    bad: { command: "lferc faces -o /proc/faces" },
    good,
  }),
};
