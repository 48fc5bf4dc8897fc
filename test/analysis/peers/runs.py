"""What the scripts beside this file share: the networks, how their layers hang together, and how answers are kept."""
import json
import pathlib

HERE = pathlib.Path(__file__).parent
TWICE = set("add sub mul div pow maximum minimum greater less greater_equal less_equal equal not_equal logical_and logical_or".split())


def networks():
    return json.loads((HERE / "networks.json").read_text())["networks"]


def values_of(layers, image, apply):
    """What every layer gives, the image first. A layer reads the values that `from` names by number, else the one before it, twice if it
    joins two."""
    values = [image]
    for i, spec in enumerate(layers):
        last = len(values) - 1
        read = spec.get("from", [last, last] if spec["op"] in TWICE else [last])
        values.append(apply(i, spec["op"], [values[n] for n in read], spec.get("attributes", {})))
    return values


def ask(count, known):
    """What a tool says of each network; of one that it fails on, why; nothing of those with an op that the script cannot write."""
    answers = {}
    for name, spec in networks().items():
        if not {each["op"] for each in spec["layers"]} <= known:
            continue
        try:
            answers[name] = {key: int(value) for key, value in count(name, spec).items()}
        except Exception as error:  # noqa: BLE001: whatever a tool raises is its answer
            answers[name] = {"refused": f"{type(error).__name__}: {error}".split("\n")[0][:120]}
    return answers


def keep(tool, versions, answers):
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in answers.items())
    text = f'{{\n  "versions": {json.dumps(versions)},\n  "answers": {{\n{lines}\n  }}\n}}\n'
    (HERE / "runs").mkdir(exist_ok=True)
    (HERE / "runs" / f"{tool}.json").write_text(text)
