/** Python: the course of a run, and its record. */
import { aboutText, recordText } from "./record-text.js";
import type { TrainingFacts } from "./training-facts.js";

const onlyIf = (condition: boolean, text: string): string => (condition ? text : "");

const argumentsText = ({ teacher, distributionTable }: TrainingFacts): string => `def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\\n")[0])
    parser.add_argument("--manifest", required=True, help="the table of the pictures: path, label or shares, split")
    parser.add_argument("--data", required=True, help="the folder that its paths are relative to")
    parser.add_argument("--out", required=True, help="the run's folder")
${onlyIf(teacher !== undefined, '    parser.add_argument("--teacher", required=True, help="the teacher\'s weights, a .safetensors file")\n')}${onlyIf(distributionTable, '    parser.add_argument("--distributions", required=True, help="a table of path and a share for each class")\n')}    parser.add_argument("--resume", action="store_true", help="go on after the last epoch of the run in --out")
    parser.add_argument("--epochs", type=int, help="epochs, instead of the recipe's")
    parser.add_argument("--parts", type=int, default=1, help="parts of each process' share of a batch, to save memory")
    parser.add_argument("--bf16", action="store_true", help="compute the network in bfloat16 where PyTorch does so")
    parser.add_argument("--workers", type=int, default=2, help="processes that read pictures, for each process")
    return parser.parse_args()`;

const scoresText = `def scores(loss, probabilities, pictures):
    """Loss, accuracy, and the mean of the classes' accuracies."""
    labels = np.array([picture.label for picture in pictures])
    right = probabilities.argmax(axis=1) == labels
    recalls = [float(right[labels == label].mean()) for label in range(len(CLASSES)) if (labels == label).any()]
    mean = sum(recalls) / len(recalls)
    return {"Loss": float(loss), "Accuracy": int(right.sum()) / len(pictures), "MeanClassAccuracy": mean}


def is_better(own, best):
    """The larger measure, then the lower loss, then the earlier epoch."""
    if best is None:
        return True
    key = BEST_BY[0].lower() + BEST_BY[1:]
    return own[BEST_BY] > best[key] or (own[BEST_BY] == best[key] and own["Loss"] < best["loss"])`;

const throughText = ({ patience }: TrainingFacts): string =>
  patience === undefined
    ? `def stops_early(records):
    return False


def is_through(records, epochs):
    return len(records) >= epochs`
    : `def stops_early(records):
    """Whether none of the last epochs was an improvement."""
    best, since = -math.inf, 0
    for record in records:
        value = max(record.get(f"{of}{BEST_BY}", -math.inf) for of in ("validation", "averageValidation"))
        best, since = (value, 0) if value > best + MIN_DELTA else (best, since + 1)
    return since >= PATIENCE


def is_through(records, epochs):
    return len(records) >= epochs or stops_early(records)`;

const epochText = `def train_epoch(trainer, pictures, place, args):
    """The steps of an epoch; returns what its record says of them."""
    epoch, epochs, records = place
    processes, device = trainer.processes, trainer.device
    steps = data.parts_of_steps(
        data.draws_of_epoch(pictures, epoch), BATCH, processes.count * args.parts, KEEPS_LAST_BATCH
    )
    if not steps:
        raise SystemExit(f"{len(pictures)} pictures are too few for a batch of {BATCH}")
    first = processes.rank * args.parts
    own = [(step, draws) for step, parts in enumerate(steps) for draws in parts[first : first + args.parts]]
    loader = torch.utils.data.DataLoader(
        TrainingParts(args.data, pictures, epoch, own),
        batch_size=None,
        num_workers=args.workers,
        pin_memory=device.type == "cuda",
    )
    coming = iter(loader)
    counts = [sum(map(len, parts)) for parts in steps]
    losses = torch.zeros(len(steps), device=device)
    correct = torch.zeros((), device=device)
    begun = told = time.monotonic()
    for step, count in enumerate(counts):
        rate = learning_rate(epoch, step, len(steps), epochs, records)
        loss, right = trainer.learn([next(coming) for _ in range(args.parts)], count, (epoch, step))
        trainer.update(rate)
        losses[step] = loss
        correct += right
        if processes.rank == 0 and time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"epoch {epoch + 1}, step {step + 1} of {len(steps)}, {told - begun:.0f} s", flush=True)
    if processes.count > 1:
        dist.all_reduce(losses)
        dist.all_reduce(correct)
    wrong = (~torch.isfinite(losses)).nonzero()
    if len(wrong) > 0:
        raise SystemExit(f"the loss is not a finite number in epoch {epoch + 1}, step {int(wrong[0]) + 1}")
    trainer.average_statistics()
    means = [float(loss) * count for loss, count in zip(losses.tolist(), counts)]
    seen, seconds = sum(counts), time.monotonic() - begun
    about = {"loss": sum(means) / seen, "accuracy": float(correct) / seen}
    return len(steps), rate, about, seen / seconds`;

const judgeText = ({ averageDecay }: TrainingFacts): string => `def judge_epoch(trainer, pictures, args):
    """The scores of the current weights${averageDecay === undefined ? "" : ", then of their moving average"}."""
    found = [("current", scores(*trainer.evaluate(args.data, pictures, args.workers), pictures))]
${
  averageDecay === undefined
    ? ""
    : `    if trainer.average_started > 0:
        with trainer.averaged():
            found.append(("average", scores(*trainer.evaluate(args.data, pictures, args.workers), pictures)))
`
}    return found`;

const mainText = (facts: TrainingFacts): string => {
  const { pictures, distributionTable, evaluationLoss, loss } = facts;
  const reads = (of: readonly string[]): boolean => of.includes("data.distribution");
  const heldOutReads = reads((evaluationLoss ?? loss).inputs);
  const withTable = (name: string, isRead: boolean): string => {
    if (!pictures.readsDistributions) return "";
    if (!distributionTable) return `    ${name} = data.with_own_distributions(${name})\n`;
    return isRead
      ? `    ${name} = data.with_distributions(${name}, table)\n`
      : `    ${name} = [each._replace(target=np.tile(each.target, 2)) for each in ${name}]\n`;
  };
  const table = pictures.readsDistributions
    ? distributionTable
      ? "    table, table_sha256 = data.read_distributions(args.distributions)\n"
      : "    table_sha256 = None\n"
    : "";
  return `def main():
    args, processes = arguments(), Processes()
    first = processes.rank == 0
    parts = processes.count * args.parts
    if BATCH % parts > 0:
        raise SystemExit(f"a batch of {BATCH} cannot be divided into {parts} equal parts")
    splits = data.read_manifest(args.manifest)
    split = "val" if splits["val"] else "test"
    training, held_out = splits["train"], splits[split]
    if not training or not held_out:
        raise SystemExit(f"{args.manifest} needs pictures of the split train, and of val or test")
    everything = [*training, *held_out]
    own = data.content_digests(args.data, everything[processes.rank :: processes.count])
    digests = [None] * len(everything)
    for rank, found in enumerate(processes.gathered(own)):
        digests[rank :: processes.count] = found
${table}    sides = training, held_out, split
    now = about_run(processes, args, sides, digests${onlyIf(pictures.readsDistributions, ", table_sha256")})
${withTable("training", reads(loss.inputs))}${withTable("held_out", heldOutReads)}    epochs = now["epochs"]
    trainer = Trainer(processes, args)
    folder = run_folder.RunFolder(args.out) if first else None
    found = processes.from_first(find_run(folder, now, args) if first else None)
    before, checkpoint = found or (None, None)
    standing = {"epochsDone": 0, "steps": 0, "best": None, "bestSha256": None, "metrics": []}
    slots = load_file(Path(__file__).with_name("initial.safetensors"))
    if checkpoint is not None:
        standing, content = checkpoint
        slots = load(content)
    trainer.restore(slots, standing["steps"])
    about = before
    if first:
        if checkpoint is not None:
            write_epoch_files(folder, standing, trainer.state())
        if not is_through(standing["metrics"], epochs):
            about = write_about(folder, now, before, standing["epochsDone"])
        print(f"{processes.describe()}: {len(training)} pictures, {len(held_out)} held out", flush=True)
    while not is_through(standing["metrics"], epochs):
        begun = time.monotonic()
        trained = train_epoch(trainer, training, (standing["epochsDone"], epochs, standing["metrics"]), args)
        judged_from = time.monotonic()
        judged = judge_epoch(trainer, held_out, args)
        ended = time.monotonic()
        if not all(math.isfinite(score["Loss"]) for _, score in judged):
            raise SystemExit("the loss on the pictures held out is not a finite number")
        epoch, steps = standing["epochsDone"] + 1, standing["steps"] + trained[0]
        best = standing["best"]
        for weights, score in judged:
            if is_better(score, best):
                best = {"loss": score["Loss"], "accuracy": score["Accuracy"]}
                best |= {"meanClassAccuracy": score["MeanClassAccuracy"], "epoch": epoch, "weights": weights}
        record = record_of(epoch, steps, trained, judged, (ended - begun, ended - judged_from))
        standing = {**standing, "epochsDone": epoch, "steps": steps, "best": best}
        standing["metrics"] = [*standing["metrics"], record]
        if first:
            save_epoch(folder, about, standing, trainer.state())
            told = {name: record[f"validation{name}"] for name in ("Loss", "Accuracy", "MeanClassAccuracy")}
            held = ", ".join(f"{name} {value:.4f}" for name, value in told.items())
            print(f"epoch {epoch} of {epochs}: loss {record['loss']:.4f}; held out: {held}", flush=True)
    finish(processes, trainer, folder, about, standing, held_out, args)
    if processes.count > 1:
        dist.destroy_process_group()


def save_epoch(folder, about, standing, state):
    if not all(np.isfinite(value).all() for value in state.values()):
        raise SystemExit(f"a weight is not a finite number after epoch {standing['epochsDone']}")
    is_first = len(standing["metrics"]) == 1
    best = best_file(standing, state)
    if best is not None:
        standing["bestSha256"] = run_folder.sha256(best)
    # The best weights so far are replaced only after the checkpoint, from which the new ones can be made again.
    if is_first:
        write_epoch_files(folder, standing, state)
    folder.write_checkpoint(about, standing, state, ABOUT["labels"])
    if not is_first:
        write_epoch_files(folder, standing, state)


def finish(processes, trainer, folder, about, standing, held_out, args):
    """The best weights' answers for the pictures held out, and the end of the record."""
    content = Path(args.out, "best.safetensors").read_bytes() if processes.rank == 0 else None
    best = load(processes.from_first(content))
    with torch.no_grad():
        for name, value in best.items():
            trainer.slots[name].copy_(value.view_as(trainer.slots[name]))
    _, probabilities = trainer.evaluate(args.data, held_out, args.workers, with_loss=False)
    if processes.rank > 0:
        return
    folder.write("answers.csv", run_folder.answers_text(CLASSES, held_out, probabilities))
    records = standing["metrics"]
    result = {"best": standing["best"], "epochs": len(records), "stoppedEarly": stops_early(records)}
    kept = {key: value for key, value in about.items() if key not in ("ended", "result")}
    folder.write("run.json", run_folder.sealed({**kept, "ended": run_folder.now(), "result": result}))
    print(f"best: epoch {standing['best']['epoch']}, accuracy {standing['best']['accuracy']:.4f}; in {args.out}")


if __name__ == "__main__":
    main()`;
};

/** The functions after the class `Trainer`, and the main program. */
export const runText = (facts: TrainingFacts): readonly string[] => [
  argumentsText(facts),
  scoresText,
  throughText(facts),
  epochText,
  judgeText(facts),
  recordText,
  aboutText(facts),
  mainText(facts),
];
