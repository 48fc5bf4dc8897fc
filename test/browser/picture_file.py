"""Runs the Python of docs/preprocessing.md unchanged: python picture_file.py DOC FOLDER, the folder of picture-file.ts.

The probabilities that it prints must be those of `lferc predict`, which are in answers.json. Needs the packages in requirements.txt.
"""

import contextlib
import io
import json
import os
import re
import sys

doc, folder = sys.argv[1:]
with open(doc, encoding="utf-8") as file:
    (program,) = re.findall(r"^```python\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
os.chdir(folder)
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    exec(compile(program, doc, "exec"), {})
found = dict(line.rsplit(" ", 1) for line in printed.getvalue().splitlines())
with open("answers.json", encoding="utf-8") as file:
    wanted = json.load(file)
assert found.keys() == wanted.keys(), (found, wanted)
worst = max(abs(float(found[label]) - wanted[label]) for label in wanted)
print(f"pip's onnxruntime differs from lferc predict by {worst:.1e}")
assert worst < 1e-6, (found, wanted)
