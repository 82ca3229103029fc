#!/usr/bin/env python3
"""Writes the convolutions and fully connected layers of scenarios/networks/NAME.onnx as SCALE-Sim topologies.

Usage: scripts/export_topologies.py [--check] [NAME ...]

Needs the module onnx (Debian: python3-onnx). --check compares with what is there: a difference ends with 1.

The form has neither padding nor groups nor fully connected layers. So a feature map here is what the windows
touch, padding included, which gives exactly the network's outputs; every group is a row of its own; and a
fully connected layer is a 1 x 1 convolution of a 1 x 1 map.
"""
import argparse
import pathlib
import sys

import onnx
from onnx import shape_inference

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "scenarios" / "networks"
NETWORKS = ("alexnet", "resnet50")
HEADER = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,"


def rows_of(path):
    graph = shape_inference.infer_shapes(onnx.load(str(path))).graph
    shapes = {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
              for value in (*graph.input, *graph.value_info, *graph.output)}
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        name = node.input[1].removesuffix(".weight") if len(node.input) > 1 else ""
        if node.op_type == "Conv":
            filters, channels, height, width = shapes[node.input[1]]
            stride_height, stride_width = attributes["strides"]
            assert stride_height == stride_width and set(attributes.get("dilations", [1])) == {1}
            _, _, out_height, out_width = shapes[node.output[0]]
            groups = attributes.get("group", 1)
            for group in range(groups):
                yield (name if groups == 1 else f"{name}/{group}", (out_height - 1) * stride_height + height,
                       (out_width - 1) * stride_width + width, height, width, channels, filters // groups,
                       stride_height)
        elif node.op_type == "Gemm":
            outputs, inputs = shapes[node.input[1]]
            yield name, 1, 1, 1, 1, inputs, outputs, 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"networks (default: {', '.join(NETWORKS)})")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    different = False
    for name in options.names or NETWORKS:
        lines = [HEADER] + [", ".join(map(str, row)) + "," for row in rows_of(FOLDER / f"{name}.onnx")]
        text = "\n".join(lines) + "\n"
        path = FOLDER / f"{name}.csv"
        if not options.check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"error: {path}: differs from what this script writes", file=sys.stderr)
            different = True
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
