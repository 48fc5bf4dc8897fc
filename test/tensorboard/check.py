"""Reads a run's events with tensorboard itself, and compares them with the run's metrics.jsonl: check.py FOLDER."""
import json
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

TAGS = {
    "loss/training": "loss",
    "loss/held_out": "validationLoss",
    "loss/held_out_average_weights": "averageValidationLoss",
    "accuracy/training": "accuracy",
    "accuracy/held_out": "validationAccuracy",
    "accuracy/held_out_average_weights": "averageValidationAccuracy",
    "mean_class_accuracy/held_out": "validationMeanClassAccuracy",
    "mean_class_accuracy/held_out_average_weights": "averageValidationMeanClassAccuracy",
    "run/learning_rate": "lr",
    "run/pictures_per_second": "picturesPerSecond",
}


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


folder = Path(sys.argv[1])
records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
# All events, none sampled away; a wrong checksum ends the reading.
accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
assert set(accumulator.Tags()["scalars"]) == set(TAGS), accumulator.Tags()
for tag, key in TAGS.items():
    found = accumulator.Scalars(tag)
    wanted = [(record["epoch"], single(record[key])) for record in records if key in record]
    assert [(event.step, event.value) for event in found] == wanted, tag
    times = [event.wall_time for event in found]
    assert times == sorted(times) and times[-1] == 1_700_000_200, tag
events = list(EventFileLoader(str(folder / "events.out.tfevents.lfer")).Load())
assert events[0].file_version == "brain.Event:2" and len(events) == len(records) + 1, len(events)
print(f"right: {len(records)} epochs, {len(TAGS)} scalars")
