#!/usr/bin/python3
"""Trains the digits network and writes, always the same bytes on the same machine:

  scenarios/networks/digits.onnx         int8, QLinear operators
  scenarios/networks/digits-float.onnx   the same network in float32
  scenarios/networks/digits.md           how it was made, its accuracy
  scenarios/data/digits-test/            the held-out images and labels
  tests/data/digits/logits.pb            the int8 logits of the held-out images, by integer.py's arithmetic

Only needed to make them anew. Debian: apt-get install python3-torch python3-sklearn python3-onnx
"""

import pathlib
import sys

import numpy as np
import onnx
from digits import export, integer, training
from onnx import numpy_helper

ROOT = pathlib.Path(__file__).resolve().parent.parent

SUMMARY = """# The digits networks

Written by `scripts/train_digits.py` together with `digits.onnx`, `digits-float.onnx` and `../data/digits-test`.

A small residual CNN for 8x8 grey-level handwritten digits: {parameters:,} parameters, {macs:,} MACs per image.

| network | arithmetic | held-out digits right | accuracy |
|---|---|---|---|
| `digits-float.onnx` | float32 | {float_right} of {total} | {float_accuracy:.2f} % |
| `digits.onnx` | int8, int32 accumulators | {int8_right} of {total} | {int8_accuracy:.2f} % |

* Data: the 1,797 images of `sklearn.datasets.load_digits`; {total} drawn once with a fixed seed are held out, the other
  {trained} train the network and calibrate the quantisation. The draw is over images: a writer may have digits on both
  sides. Number of epochs and all other settings are fixed; the held-out set chooses nothing.
* Quantisation: symmetric int8; activations one scale per tensor (largest magnitude over the training set), weights one
  scale per output channel, biases int32. See `scripts/digits/export.py`.
* The accuracy is that of the files as written, by the numpy interpreter `scripts/digits/integer.py`.
"""


def parameters_and_macs(model):
    """Of the float network: weights and biases; multiplications for one image."""
    tensors = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    values = integer.run(model, np.zeros((1, 1, 8, 8), np.float32))
    macs = 0
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm"):
            positions = int(np.prod(values[node.output[0]].shape[2:]))
            macs += tensors[node.input[1]].size * positions
    return sum(t.size for t in tensors.values()), macs


def save(path, data):
    path = ROOT / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def main():
    (images, labels), (test_images, test_labels) = training.load()
    network = training.train(images, labels)
    float_model = export.float_model(network)
    int8_model = export.int8_model(network, training.calibrate(network, images))
    int8_run = integer.run(int8_model, test_images)
    float_right = int((integer.run(float_model, test_images)["class"] == test_labels).sum())
    int8_right = int((int8_run["class"] == test_labels).sum())
    total = len(test_labels)
    if float_right < 0.97 * total or int8_right < float_right - 0.01 * total:
        sys.exit(f"error: float {float_right}, int8 {int8_right} of {total}: not good enough to be written")

    save("scenarios/networks/digits-float.onnx", float_model.SerializeToString(deterministic=True))
    save("scenarios/networks/digits.onnx", int8_model.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(ROOT / "scenarios/networks/digits.onnx"))
    parameters, macs = parameters_and_macs(float_model)
    summary = SUMMARY.format(parameters=parameters, macs=macs, float_right=float_right, int8_right=int8_right,
                             total=total, trained=len(labels), float_accuracy=100 * float_right / total,
                             int8_accuracy=100 * int8_right / total)
    save("scenarios/networks/digits.md", summary.encode())
    for path, value, name in (("scenarios/data/digits-test/images.pb", test_images, "image"),
                              ("scenarios/data/digits-test/labels.pb", test_labels, "label"),
                              ("tests/data/digits/logits.pb", int8_run["fc2"], "fc2")):
        save(path, numpy_helper.from_array(value, name).SerializeToString(deterministic=True))
    print(f"float {float_right}/{total}, int8 {int8_right}/{total}")


if __name__ == "__main__":
    main()
