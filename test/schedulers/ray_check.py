"""Runs ray_jobs.py of docs/schedulers.md as it stands there: python ray_check.py DOC FOLDER LFERC...

FOLDER has study.lfer. A local Ray cluster of two workers runs the jobs of a sweep; one worker is killed while it trains. Its job must be
started again and continue its run, the others must be started once, and `lferc sweep --resume` must find every run finished.
Needs what requirements.txt says.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time

EPOCHS = 300
SWEEP = ["sweep", "study.lfer", "--recipe", "Try", "--over", "lr=0.01,0.02,0.03,0.04", "--data", "generated"]
STUDY = [*SWEEP, "--limit", "64", "--epochs", str(EPOCHS), "--threads", "1", "-o", "study"]


def parent(process):
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def ray_worker_of(text):
    """The Ray worker above the process whose command line contains the text, once there is one."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cmdline", encoding="utf-8") as file:
                words = file.read().split("\0")
            if "train" not in words or text not in words:
                continue
            above = int(process)
            while above > 1:
                above = parent(above)
                with open(f"/proc/{above}/cmdline", encoding="utf-8") as file:
                    if file.read().startswith("ray::"):
                        return above
        except OSError:
            continue
    return None


def epochs_of(run):
    path = os.path.join("study", run, "seed-0", "metrics.jsonl")
    if not os.path.exists(path):
        return 0
    with open(path, encoding="utf-8") as file:
        return len(file.readlines())


def main(doc, folder, *lferc):
    with open(doc, encoding="utf-8") as file:
        [program] = [text for text in re.findall(r"```python\n(.*?)```", file.read(), re.S) if "ray.init" in text]
    os.chdir(folder)
    with open("ray_jobs.py", "w", encoding="utf-8") as file:
        file.write(program)
    subprocess.run([*lferc, *STUDY, "--jobs", "listed.txt"], check=True)
    own = " ".join(f"'{word}'" for word in lferc)
    with open("listed.txt", encoding="utf-8") as listed, open("jobs.txt", "w", encoding="utf-8") as jobs:
        for number, line in enumerate(listed):
            assert "npx --no lferc" in line, line
            jobs.write(f"echo {number} >> {folder}/starts.txt && " + line.replace("npx --no lferc", own))
    environment = {**os.environ, "RAY_process_group_cleanup_enabled": "true", "RAY_USAGE_STATS_ENABLED": "0"}
    ray = os.path.join(os.path.dirname(sys.executable), "ray")
    head = [ray, "start", "--head", "--num-cpus", "2", "--include-dashboard", "false", "--disable-usage-stats"]
    subprocess.run(head, check=True, env=environment, stdout=subprocess.DEVNULL)
    try:
        run = subprocess.Popen([sys.executable, "ray_jobs.py", "jobs.txt"], env=environment)
        deadline = time.monotonic() + 300
        killed = None
        while run.poll() is None and time.monotonic() < deadline:
            if killed is None and epochs_of("lr=0.01") >= 2:
                worker = ray_worker_of("study/lr=0.01/seed-0")
                if worker is not None:
                    os.kill(worker, signal.SIGKILL)
                    killed = epochs_of("lr=0.01")
            time.sleep(0.05)
        assert killed is not None, "no worker could be killed while it trained"
        assert run.poll() == 0, f"ray_jobs.py ended with {run.poll()}"
    finally:
        subprocess.run([ray, "stop", "--force"], env=environment, stdout=subprocess.DEVNULL)
    with open("starts.txt", encoding="utf-8") as file:
        starts = sorted(file.read().split())
    assert starts == ["0", "0", "1", "2", "3"], starts
    assert killed < EPOCHS, "the run was finished before its worker was killed"
    subprocess.run([*lferc, *STUDY, "--resume"], check=True)
    with open("study/study.json", encoding="utf-8") as file:
        states = [run["state"] for row in json.load(file)["rows"] for run in row["runs"]]
    assert states == ["finished"] * 4, states
    assert all(epochs_of(f"lr={rate}") == EPOCHS for rate in ["0.01", "0.02", "0.03", "0.04"])
    print(f"a worker was killed after {killed} of {EPOCHS} epochs: its job alone was started again, and all runs are finished")


main(*sys.argv[1:])
