import { entry } from "../../entry.js";

const train = (data: string) => ({ command: `lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data ${data}` });
const good = train("faces");

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** Pictures on their way from the disk to a step. */
export const loaderEntries = {
  "data/too-many-broken": entry<{ data: string; broken: number; all: number; most: number; share: number }>({
    severity: "error",
    message: (h) =>
      `${h.data}: ${h.broken} of ${h.all} pictures cannot be read, more than the ${h.most} that may be broken (${percent(h.share)})`,
    help: (h) =>
      `The messages above name them. Mend or remove them; or allow more in the recipe's data, for example broken: ${Math.min(1, Math.ceil((h.broken / h.all) * 100) / 100)}.`,
    explanation:
      "A few broken files among many are left out. Many of them are a copy that broke off or a disk that fails, and a network trained on the rest would be another one than was meant. The share, 0.05 unless the recipe's data say broken: S, is rounded up: one picture always may be broken unless the share is 0.",
    bad: train("half-copied-faces"),
    good,
  }),

  "data/picture-lost": entry<{ reason: string }>({
    severity: "warning",
    message: (h) => `a picture that was read before cannot be read any more: ${h.reason}`,
    help: () =>
      "The run goes on without it. Look at the disk; begun again with the same pictures, the run would be another one.",
    explanation:
      "Pictures that do not fit into memory are read again in each epoch. Where one of them is gone, another picture of its batch is shown twice, or fewer are judged: a night's run is not ended by one file. More than the share that may be broken end it (data/too-many-broken).",
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
      `${h.data}: ${h.heldOut} of the pictures held out ${h.heldOut === 1 ? "is" : "are"}, byte for byte, among those trained on: ${h.examples
        .map(([training, heldOut]) => `${heldOut} is ${training}`)
        .join(", ")}${h.contents > h.examples.length ? `, and ${h.contents - h.examples.length} more` : ""}`,
    help: () =>
      "Remove them from one side; run.json lists them. The accuracy that is told is too high by what was learnt by heart.",
    explanation:
      "A picture that was trained on says nothing about pictures that were not. Files of the same bytes are found, whatever they are called; the same picture saved anew is not.",
    bad: train("faces-with-a-copied-test"),
    good,
  }),

  "data/loader-lost": entry<{ reason: string }>({
    severity: "warning",
    message: (h) => `a thread that makes batches of pictures has ended: ${h.reason}`,
    help: () => "The run goes on, more slowly, and to the same result. Give it more memory, or a smaller batch.",
    explanation:
      "Pictures are read and augmented by threads of their own, ahead of the step. What a thread leaves is done between the steps instead: the same numbers, since all chance is keyed by the picture.",
    bad: train("faces-on-a-machine-without-memory"),
    good,
  }),
};
