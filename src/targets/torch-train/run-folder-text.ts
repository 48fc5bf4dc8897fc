/** Python: a run's folder, as lferc writes and reads it. */
import { runFilesText } from "./run-files-text.js";

const folderText = String.raw`

class RunFolder:
    """One run's folder, locked while this process trains in it."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)
        self.lock = self.place("run.lock")
        mark = process_mark()
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now(), "process": mark}
        self.mark = json_text({**owner, "token": str(uuid.uuid4())}) + "\n"
        self.take()
        atexit.register(self.release)
        threading.Thread(target=self.touch, daemon=True).start()

    def place(self, name):
        return os.path.join(self.path, name)

    def take(self):
        for _ in range(2):
            try:
                with open(self.lock, "x", encoding="utf-8") as file:
                    file.write(self.mark)
                return
            except FileExistsError:
                if not self.is_left():
                    break
                os.remove(self.lock)
        raise SystemExit(f"another process trains in {self.path}; if it is gone, remove {self.lock}")

    def is_left(self):
        """Whether the lock is of a process of this machine that has ended."""
        try:
            machine, boot, space, pid, start = json.loads(read_text(self.lock) or "")["process"].split("-")
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        here = process_mark().split("-")
        if [machine, boot, space] != here[:3]:
            return machine == here[0] and boot != here[1]
        facts = read_text(f"/proc/{pid}/stat")
        return facts is None or facts.rsplit(") ", 1)[1].split(" ")[19] != start

    def touch(self):
        """Sixty seconds apart, for machines that cannot see this process."""
        while not threading.Event().wait(60):
            if self.is_held():
                os.utime(self.lock)

    def is_held(self):
        try:
            with open(self.lock, encoding="utf-8") as file:
                return file.read() == self.mark
        except OSError:
            return False

    def release(self):
        if self.is_held():
            os.remove(self.lock)

    def write(self, name, *pieces):
        if not self.is_held():
            raise SystemExit(f"{self.lock} is gone or another's: nothing more is written")
        write_whole(self.place(name), *pieces)

    def remove(self, name):
        if os.path.exists(self.place(name)):
            os.remove(self.place(name))

    def holds_run(self):
        return os.path.exists(self.place("run.json"))

    def is_empty(self):
        return all(name.startswith(("run.lock", ".")) for name in os.listdir(self.path))

    # The checkpoint: state-E.safetensors has every slot of the step after epoch E, state.json names it.

    def write_checkpoint(self, about, standing, slots, labels):
        name = f"state-{standing['epochsDone']}.safetensors"
        content = weight_bytes({slot: value.reshape(-1) for slot, value in slots.items()}, labels)
        self.write(name, content)
        state = {"schemaVersion": 3, "run": about, "epochsDone": standing["epochsDone"], "steps": standing["steps"]}
        state |= {"best": standing["best"], "bestSha256": standing["bestSha256"]}
        state |= {"slots": {"file": name, "sha256": sha256(content)}, "metrics": standing["metrics"]}
        self.write("state.json", sealed(state))
        for other in os.listdir(self.path):
            if re.fullmatch(r"state-\d+\.safetensors", other) and other != name:
                os.remove(self.place(other))

    def read_checkpoint(self):
        """The standing of a run and the bytes of its slots; None before the end of its first epoch."""
        state = opened(self.place("state.json"))
        if state is None:
            return None
        if state["schemaVersion"] != 3:
            raise SystemExit(f"{self.place('state.json')} is of another version")
        if not re.fullmatch(r"state-\d+\.safetensors", state["slots"]["file"]):
            raise SystemExit(f"{self.place('state.json')} names no file of slots")
        with open(self.place(state["slots"]["file"]), "rb") as file:
            content = file.read()
        if sha256(content) != state["slots"]["sha256"]:
            raise SystemExit(f"{state['slots']['file']} is not the file that was written")
        return {key: state[key] for key in ("epochsDone", "steps", "best", "bestSha256", "metrics")}, content

    def write_metrics(self, records):
        self.write("metrics.jsonl", "".join(json_text(record) + "\n" for record in records))


def engines_of(before, epochs_done, engine):
    """The engines of a run and the first epoch of each."""
    listed = [each for each in (before or {}).get("engines", []) if each["fromEpoch"] <= epochs_done]
    if listed and {key: value for key, value in listed[-1].items() if key != "fromEpoch"} == engine:
        return listed
    return [*listed, {"fromEpoch": epochs_done + 1, **engine}]


OF_CIRCUMSTANCES = {
    "lferVersion", "nodeVersion", "sharpVersion", "engine", "engines", "commandLine", "commit", "begun",
    "epochs", "identity", "id", "entry", "ended", "result",
}  # fmt: skip


def decisive(record):
    """What decides the course of a run, in lferc's order: two records with the same are of one run."""
    kept = {key: value for key, value in record.items() if key not in OF_CIRCUMSTANCES}
    digests = ["distributionsSha256", "teacherSha256", "weightsSha256", "sourceSha256"]
    others = {key: value for key, value in kept.items() if key not in {"seed", "limit", *digests}}
    runs = record["recipe"]["train"].items()
    train = {name: {key: value for key, value in run.items() if key != "epochs"} for name, run in runs}
    others |= {"recipe": {**record["recipe"], "train": train}, "data": {"fingerprint": record["data"]["fingerprint"]}}
    return {"seed": kept["seed"], "limit": kept["limit"], **others, **{key: kept[key] for key in digests}}


def first_difference(one, other, path=()):
    """The first field where two records differ, with both values; None if they are equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            found = first_difference(one.get(key), other.get(key), (*path, key))
            if found:
                return found
        return None
    return None if json_text(one) == json_text(other) else (".".join(path), one, other)
`;

/** `run_folder.py`: the same for every recipe. */
export const runFolderText = runFilesText + folderText;
