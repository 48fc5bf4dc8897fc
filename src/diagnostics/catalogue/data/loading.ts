import { entry } from "../../entry.js";

const train = (data: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data ${data}` });
const good = train("faces");

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** Loading pictures from disk for training. */
export const loaderEntries = {
  "data/too-many-broken": entry<{ data: string; broken: number; all: number; most: number; share: number }>({
    severity: "error",
    message: (h) =>
      `${h.data}: ${h.broken} of ${h.all} pictures cannot be read, more than the ${h.most} that may be broken (${percent(h.share)})`,
    help: (h) =>
      `The messages above name them. Repair or remove them, or allow more in the recipe's data, for example broken: ${Math.min(1, Math.ceil((h.broken / h.all) * 100) / 100)}.`,
    explanation:
      "A few broken files are left out. Many mean an interrupted copy or a failing disk, and training on the rest would give another network than was meant. The share, 0.05 unless the recipe's data say broken: S, is rounded up: one picture may always be broken unless the share is 0.",
    bad: train("half-copied-faces"),
    good,
  }),

  "data/picture-lost": entry<{ reason: string }>({
    severity: "warning",
    message: (h) => `a picture that was read before cannot be read any more: ${h.reason}`,
    help: () => "The run goes on without it. Check the disk. A new run with all pictures would not repeat this one.",
    explanation:
      "Pictures that do not fit into memory are read again in each epoch. If one is missing, another picture of its batch is used twice, or fewer are evaluated, so that one file does not end a long run. If more are missing than may be broken, the run ends (data/too-many-broken).",
    bad: train("faces-on-a-failing-disk"),
    good,
  }),

  "data/same-pictures": entry<{
    data: string;
    contents: number;
    training: number;
    heldOut: number;
    examples: readonly (readonly [training: string, heldOut: string])[];
  }>({
    severity: "warning",
    message: (h) =>
      `${h.data}: ${h.heldOut} of the held-out pictures ${h.heldOut === 1 ? "is" : "are"}, byte for byte, also trained on: ${h.examples
        .map(([training, heldOut]) => `${heldOut} is ${training}`)
        .join(", ")}${h.contents > h.examples.length ? `, and ${h.contents - h.examples.length} more` : ""}`,
    help: () =>
      "Remove them from one side; run.json lists them. Until then the reported accuracy is too high: these pictures are memorised.",
    explanation:
      "Accuracy on a picture that was trained on says nothing about new pictures. Files with the same bytes are found, whatever their names; a re-encoded picture is not.",
    bad: train("faces-with-a-copied-test"),
    good,
  }),

  "data/loader-lost": entry<{ reason: string }>({
    severity: "warning",
    message: (h) => `a thread that loads pictures has ended: ${h.reason}`,
    help: () => "The run goes on, more slowly, and to the same result. Give it more memory, or a smaller batch.",
    explanation:
      "Pictures are read and augmented by separate threads, ahead of the step. The work of a lost thread is done between the steps instead, with the same numbers: all randomness is keyed by the picture.",
    bad: train("faces-on-a-machine-without-memory"),
    good,
  }),
};
