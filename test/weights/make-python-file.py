"""Writes test/weights/python.safetensors with the reference implementation (PyPI safetensors 0.8.0).

python test/weights/make-python-file.py
"""

from pathlib import Path

import numpy
from safetensors.numpy import save_file

tensors = {
    "conv1.weight": (numpy.arange(24, dtype=numpy.float32) / 8 - 1).reshape(2, 3, 2, 2),
    "conv1.bias": numpy.array([0.5, -0.25], dtype=numpy.float32),
    "a.scalar": numpy.array(1e-7, dtype=numpy.float32),
    "b.empty": numpy.zeros((0, 3), dtype=numpy.float32),
    'quoted "\\ ü 脸': numpy.array([3.5], dtype=numpy.float32),
}
save_file(tensors, Path(__file__).parent / "python.safetensors", metadata={"made by": "Python"})
mixed = {
    "half": numpy.array([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.1e-5, 1 / 3], dtype=numpy.float16),
    "double": numpy.array([1 / 3, -1e300, 2.0**-149], dtype=numpy.float64),
    "long": numpy.array([0, -1, 2**40 + 1], dtype=numpy.int64),
    "single": numpy.array([1 / 3], dtype=numpy.float32),
}
save_file(mixed, Path(__file__).parent / "python-mixed.safetensors")
