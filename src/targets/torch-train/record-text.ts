/** Python: the record of a run and the files of an epoch. */
import type { TrainingFacts } from "./training-facts.js";

const onlyIf = (condition: boolean, text: string): string => (condition ? text : "");

/** The files of an epoch. */
export const recordText = `def record_of(epoch, steps, trained, judged, times):
    """The line of metrics.jsonl."""
    _, rate, about, per_second = trained
    whole, evaluation = times
    record = {"schemaVersion": 1, "epoch": epoch, "steps": steps, "lr": float(rate), **about}
    for weights, score in judged:
        prefix = "validation" if weights == "current" else "averageValidation"
        record |= {f"{prefix}{name}": value for name, value in score.items()}
        if weights == "current":
            record["evaluation"] = EVALUATION
    return record | {"picturesPerSecond": per_second, "evaluationSeconds": evaluation, "seconds": whole}


def weight_file(state, weights, epoch, accuracy, mean):
    """The network's weights, by the names that lferc build --weights expects."""
    values = {name: state.get(f"average.{name}", state[name]) if weights == "average" else state[name]
              for name in ABOUT["weights"]}  # fmt: skip
    metadata = {"model": ABOUT["record"]["model"], "epoch": str(epoch), "lfer.evaluation": EVALUATION}
    metadata |= {"accuracy": run_folder.number_text(accuracy), "mean_class_accuracy": run_folder.number_text(mean)}
    return run_folder.weight_bytes(values, {**metadata, **ABOUT["labels"]})


def best_file(standing, state):
    """The best weights, if the last epoch has them."""
    best = standing["best"]
    if best is None or best["epoch"] != standing["epochsDone"]:
        return None
    return weight_file(state, best["weights"], best["epoch"], best["accuracy"], best["meanClassAccuracy"])


def write_epoch_files(folder, standing, state):
    best, last = best_file(standing, state), standing["metrics"][-1]
    if best is not None:
        folder.write("best.safetensors", best)
    judged = last["validationAccuracy"], last["validationMeanClassAccuracy"]
    folder.write("last.safetensors", weight_file(state, "current", standing["epochsDone"], *judged))
    folder.write_metrics(standing["metrics"])`;

/** Which run it is: compared, and written. */
export const aboutText = ({
  teacher,
  pictures,
}: TrainingFacts): string => `def same_pictures(training, held_out, digests):
    """Contents that are trained on and held out, byte for byte."""
    sides = {}
    for number, (picture, digest) in enumerate(zip([*training, *held_out], digests)):
        sides.setdefault(digest, ([], []))[number >= len(training)].append(picture.key)
    both = [(one[:10], other[:10]) for one, other in sides.values() if one and other]
    return {"count": len(both), "listed": [{"training": one, "heldOut": other} for one, other in both[:1000]]}


def about_run(processes, args, splits, digests${onlyIf(pictures.readsDistributions, ", table_sha256")}):
    """run.json of a run that would begin now."""
    training, held_out, split = splits
    record = json.loads(json.dumps(ABOUT["record"]))
    if args.epochs is not None:
        record["epochs"] = args.epochs
        record["recipe"]["train"]["run"]["epochs"] = args.epochs
${onlyIf(teacher !== undefined, '    record["teacherSha256"] = run_folder.sha256(Path(args.teacher).read_bytes())\n')}${onlyIf(pictures.readsDistributions, '    record["distributionsSha256"] = table_sha256\n')}    count = lambda pictures, label: sum(picture.label == label for picture in pictures)
    classes = [
        {"name": name, "training": count(training, label), "heldOut": count(held_out, label)}
        for label, name in enumerate(CLASSES)
    ]
    record["data"] = {
        "description": f"csv {args.manifest}",
        "fingerprint": data.fingerprint([*training, *held_out], digests),
        "heldOut": f"the split {split}",
        "classes": classes,
        "samePictures": same_pictures(training, held_out, digests),
        "skipped": [],
    }
    threads = torch.get_num_threads()
    engine = {"name": "torch", "description": processes.describe(), "threads": threads, "version": torch.__version__}
    begun = {"id": str(uuid.uuid4()), "lferVersion": ABOUT["lferVersion"], "nodeVersion": None, "sharpVersion": None}
    begun |= {"engine": engine, "engines": [], "begun": run_folder.now()}
    command = [f"python {platform.python_version()}", *sys.argv]
    return {"schemaVersion": 1, **begun, "commandLine": command, "commit": None, **record}


def find_run(folder, now, args):
    """The record and the checkpoint of the run to go on with; None for a new one."""
    if not args.resume or folder.is_empty():
        if not folder.is_empty():
            raise SystemExit(f"{args.out} is not empty: --resume goes on with the run in it")
        return None
    before = run_folder.opened(folder.place("run.json"))
    if before is None:
        raise SystemExit(f"{args.out} holds no run")
    difference = run_folder.first_difference(run_folder.decisive(before), run_folder.decisive(now))
    if difference is not None:
        field, one, other = difference
        raise SystemExit(f"{args.out} is another run: its {field} is {one!r}, not {other!r}")
    if args.epochs is None and before["epochs"] != now["epochs"]:
        raise SystemExit(f"{args.out} has {before['epochs']} epochs: --epochs changes the length of a run")
    return before, folder.read_checkpoint()


def write_about(folder, now, before, epochs_done):
    """run.json and the source of a run that begins or goes on."""
    engines = run_folder.engines_of(before, epochs_done, now["engine"])
    kept = {} if before is None else {"id": before["id"], "begun": before["begun"]}
    about = {**now, **kept, "engines": engines}
    about["identity"] = run_folder.sha256(run_folder.json_text(run_folder.decisive(about)))
    folder.write("run.json", run_folder.sealed(about))
    for name, text in ABOUT["texts"].items():
        folder.write(name, text)
    folder.remove("answers.csv")
    return about`;
