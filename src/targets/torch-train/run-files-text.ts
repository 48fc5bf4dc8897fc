/** Python: the texts and bytes of a run's files, as lferc writes them. */
export const runFilesText = String.raw`"""The folder of a run, as lferc reads and writes it: run.json, state.json, metrics.jsonl, weights, answers.csv.

Its texts and weights are byte for byte what lferc would write of the same numbers: a run begun here goes on there.
"""

import atexit
import datetime
import decimal
import hashlib
import json
import math
import os
import re
import socket
import struct
import threading
import uuid

import numpy as np


def sha256(*pieces):
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece.encode() if isinstance(piece, str) else piece)
    return digest.hexdigest()


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# JSON as JavaScript writes it: digests of records are made from it.


def number_text(value):
    """A number as JSON.stringify writes it: the shortest digits that are read as the same double."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "null"
    if value == 0:
        return "0"
    sign, digits, exponent = decimal.Decimal(repr(float(value))).as_tuple()
    point = len(digits) + exponent
    text = "".join(map(str, digits)).rstrip("0")
    if len(text) <= point <= 21:
        body = text + "0" * (point - len(text))
    elif 0 < point <= 21:
        body = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        body = "0." + "0" * -point + text
    else:
        body = text[0] + ("." + text[1:] if len(text) > 1 else "") + f"e{point - 1:+d}"
    return ("-" if sign else "") + body


def json_text(value, indent=0, depth=0):
    """JSON.stringify(value), or with an indent on several lines."""
    if isinstance(value, (dict, list, tuple)):
        inner = "\n" + " " * (indent * (depth + 1)) if indent else ""
        end = "\n" + " " * (indent * depth) if indent else ""
        if isinstance(value, dict):
            gap = ": " if indent else ":"
            items = [json_text(key) + gap + json_text(item, indent, depth + 1) for key, item in value.items()]
        else:
            items = [json_text(item, indent, depth + 1) for item in value]
        first, last = "{}" if isinstance(value, dict) else "[]"
        return first + inner + ("," + inner).join(items) + end + last if items else first + last
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    return number_text(value)


def sealed(record):
    """The text of a record, with its digest as the last field."""
    return json_text({**record, "digest": sha256(json_text(record))}, 2) + "\n"


def opened(path):
    """A record that was not edited; None if there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
    except FileNotFoundError:
        return None
    digest = record.pop("digest", None)
    if digest != sha256(json_text(record)):
        raise SystemExit(f"{path} was edited: its digest does not match")
    return record


# Files are written whole, beside their place, and renamed.


def read_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return None


def process_mark():
    """What tells lferc whether this process still runs."""
    machine = sha256(socket.gethostname(), "\n", read_text("/etc/machine-id") or "")[:8]
    boot = (read_text("/proc/sys/kernel/random/boot_id") or "0")[:8]
    try:
        space = re.search(r"\d+", os.readlink("/proc/self/ns/pid")).group()
    except OSError:
        space = "0"
    facts = read_text(f"/proc/{os.getpid()}/stat")
    start = facts.rsplit(") ", 1)[1].split(" ")[19] if facts else "0"
    return f"{machine}-{boot}-{space}-{os.getpid()}-{start}"


def write_whole(path, *pieces):
    beside = os.path.join(os.path.dirname(path), f".{os.path.basename(path)[:30]}.{process_mark()}.{uuid.uuid4()}.tmp")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(beside, "wb") as file:
            for piece in pieces:
                file.write(piece.encode() if isinstance(piece, str) else piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        if os.path.exists(beside):
            os.remove(beside)
        raise


def weight_bytes(tensors, metadata):
    """A safetensors file of float32 tensors: by name, and metadata by key, so that equal content gives equal bytes."""
    by_unit = lambda pair: pair[0].encode("utf-16-be")
    entries = []
    if metadata:
        pairs = [f"{json_text(key)}:{json_text(value)}" for key, value in sorted(metadata.items(), key=by_unit)]
        entries.append('"__metadata__":{' + ",".join(pairs) + "}")
    pieces, at = [], 0
    for name, value in sorted(tensors.items(), key=by_unit):
        data = np.ascontiguousarray(value, dtype="<f4").tobytes()
        about = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + len(data)]}
        entries.append(f"{json_text(name)}:{json_text(about)}")
        pieces.append(data)
        at += len(data)
    header = ("{" + ",".join(entries) + "}").encode()
    header += b" " * (-len(header) % 8)
    return b"".join([struct.pack("<Q", len(header)), header, *pieces])


def share_text(value, digits=6):
    """A number with so many significant digits, without the zeros at the end."""
    return number_text(float(f"{value:.{digits - 1}e}"))


def cell(text):
    return '"' + text.replace('"', '""') + '"' if re.search('[",\r\n]', text) or text.startswith("\ufeff") else text


def answers_text(classes, pictures, probabilities):
    """answers.csv: for each picture its label, the answer and the probability of each class."""
    has_who = any(picture.person or picture.group for picture in pictures) or list(classes[:2]) == ["person", "group"]
    rows = [["path", "label", "answer", *(["person", "group"] if has_who else []), *classes]]
    for picture, own in zip(pictures, probabilities):
        shown = [share_text(value) for value in own]
        if int(np.argmax([float(text) for text in shown])) != int(np.argmax(own)):
            shown = [share_text(value, 17) for value in own]
        who = [picture.person or "", picture.group or ""] if has_who else []
        rows.append([picture.key, classes[picture.label], classes[int(np.argmax(own))], *who, *shown])
    return "".join(",".join(map(cell, row)) + "\r\n" for row in rows)
`;
