#!/usr/bin/env python3
"""Exports the networks of scenarios/networks as ONNX files without weight data.

Usage: scripts/export_networks.py [--out DIR] [--check] [NAME ...]

Needs PyTorch, torchvision and onnx (Debian: python3-torch python3-torchvision python3-onnx; the files in the
repository were made with versions 1.13.1, 0.14.1 and 1.12.0). Nothing else in the project needs them.
--check exports anew and compares with what is there, byte for byte: a difference ends with 1.

Every parameter stays an input of the graph, which `systole` synthesises from a seed. BatchNormalization stays
a node of its own, so that the parameters can be counted as the papers do; `systole` folds it.
"""
import argparse
import io
import pathlib
import sys
import warnings

import onnx
import torch
import torchvision
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent.parent / "scenarios" / "networks"


class MobileNetV1(nn.Module):
    """Howard et al., "MobileNets", arXiv 1704.04861, table 1 (width 1, resolution 224)."""

    # Output channels and stride of the 13 depthwise separable layers.
    LAYERS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
              (512, 1), (1024, 2), (1024, 1)]

    def __init__(self):
        super().__init__()
        layers = self.block(3, 32, 3, 2, 1)
        channels = 32
        for out, stride in self.LAYERS:
            layers += self.block(channels, channels, 3, stride, channels)
            layers += self.block(channels, out, 1, 1, 1)
            channels = out
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, 1000)

    @staticmethod
    def block(inputs, outputs, kernel, stride, groups):
        return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
                nn.BatchNorm2d(outputs), nn.ReLU()]

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(torch.flatten(x, 1))


class Lrn(torch.autograd.Function):
    """Local response normalisation over 5 channels, as ONNX's operator: PyTorch's own is exported in thirty nodes."""

    @staticmethod
    def forward(_, x):
        return nn.functional.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=2.0)

    @staticmethod
    def symbolic(g, x):
        return g.op("LRN", x, size_i=5, alpha_f=1e-4, beta_f=0.75, bias_f=2.0).setType(x.type())


class AlexNet(nn.Module):
    """Krizhevsky, Sutskever, Hinton, NIPS 2012, section 3.5: two groups in layers 2, 4 and 5; with its LRN."""

    def __init__(self):
        super().__init__()
        pool = nn.MaxPool2d(3, 2)
        self.layer1 = nn.Sequential(nn.Conv2d(3, 96, 11, 4), nn.ReLU())
        self.layer2 = nn.Sequential(pool, nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU())
        self.features = nn.Sequential(
            pool, nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), pool)
        self.classifier = nn.Sequential(nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(),
                                        nn.Linear(4096, 1000))

    def forward(self, x):
        x = Lrn.apply(self.layer2(Lrn.apply(self.layer1(x))))
        return self.classifier(torch.flatten(self.features(x), 1))


def mlp(width, layers):
    """Fully connected layers of one width, each with ReLU: the shape of the MLPs in Jouppi et al., "In-Datacenter
    Performance Analysis of a Tensor Processing Unit", ISCA 2017. The paper gives the number of layers and of weights
    (MLP0: 5 and 20 M; MLP1: 4 and 5 M), not the widths: the width here is what these make in layers of one size."""
    modules = []
    for _ in range(layers):
        modules += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*modules)


def torchvision_model(name, **options):
    return getattr(torchvision.models, name)(weights=None, **options)


IMAGE = (1, 3, 224, 224)
NETWORKS = {
    # The paper's own AlexNet takes 227 x 227: (227 - 11) / 4 + 1 = 55.
    "alexnet": (AlexNet, (1, 3, 227, 227)),
    "vgg16": (lambda: torchvision_model("vgg16"), IMAGE),
    "resnet18": (lambda: torchvision_model("resnet18"), IMAGE),
    "resnet50": (lambda: torchvision_model("resnet50"), IMAGE),
    "resnet152": (lambda: torchvision_model("resnet152"), IMAGE),
    # Szegedy et al., "Rethinking the Inception Architecture", arXiv 1512.00567: 299 x 299.
    "inception_v3": (lambda: torchvision_model("inception_v3", aux_logits=False, init_weights=False,
                                               transform_input=False), (1, 3, 299, 299)),
    "googlenet": (lambda: torchvision_model("googlenet", aux_logits=False, init_weights=False,
                                            transform_input=False), IMAGE),
    "mobilenet_v1": (MobileNetV1, IMAGE),
    "mobilenet_v2": (lambda: torchvision_model("mobilenet_v2"), IMAGE),
    "densenet121": (lambda: torchvision_model("densenet121"), IMAGE),
    # Huang et al., CVPR 2017, table 1: DenseNet-264 has blocks of 6, 12, 64 and 48 layers at growth rate 32.
    "densenet264": (lambda: torchvision.models.DenseNet(32, (6, 12, 64, 48), 64), IMAGE),
    "tpu_mlp0": (lambda: mlp(2000, 5), (200, 2000)),
    "tpu_mlp1": (lambda: mlp(1118, 4), (168, 1118)),
}


def export(name):
    """The bytes of the ONNX file: a function of the definition and of the versions of the tools alone."""
    make, shape = NETWORKS[name]
    torch.manual_seed(0)
    model = make().eval()
    # No two parameters alike: the exporter would make one of them.
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.is_floating_point():
            nn.init.uniform_(tensor, 0.5, 1)
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # PRESERVE: or the exporter would fold batch normalisation into the convolutions.
        torch.onnx.export(model, torch.zeros(shape), stream, export_params=False, opset_version=13,
                          training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                          input_names=["input"], output_names=["output"])
    proto = onnx.load_model_from_string(stream.getvalue())
    for node in proto.graph.node:
        node.ClearField("doc_string")
    proto.graph.name = name
    onnx.checker.check_model(proto)
    return proto.SerializeToString(deterministic=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="networks (default: all)")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder of the files")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NETWORKS]
    if unknown:
        parser.error(f"no network named {', '.join(unknown)}: {', '.join(NETWORKS)}")
    different = []
    for name in options.names or NETWORKS:
        path = options.out / f"{name}.onnx"
        made = export(name)
        if options.check:
            if not path.exists() or path.read_bytes() != made:
                different.append(str(path))
        else:
            path.write_bytes(made)
            print(f"{path}: {len(made)} bytes")
    for path in different:
        print(f"error: {path}: differs from what this script exports", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
