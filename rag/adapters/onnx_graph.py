"""A graph of ONNX operators, written out as the few protobuf messages that onnxruntime reads.

Only what a fixed graph needs, so that no converter and none of its dependencies have to be there. Weights stay
arrays: they are handed to the session beside the graph and never copied into a file. The field numbers are those
of `onnx.proto`, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""
Array = NDArray[Any]
Attribute = int | float | tuple[int, ...]

_IR_VERSION, _OPSET, _OWN_OPSET = 8, 17, 1
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
_INLINE = 64
"""Arrays of so many elements are written into the graph: shapes are worked out from them."""
_EXTERNAL = 1


class Graph:
    """Operators in the order they run. `weights` are the arrays to give to the session under their names."""

    def __init__(self) -> None:
        self.weights: dict[str, Array] = {}
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []

    def array(self, name: str, values: Array) -> str:
        """Have a constant; returns its name."""
        values = np.ascontiguousarray(values)
        head = [*(_field(1, size) for size in values.shape), _field(2, _TYPES[values.dtype.name]), _field(8, name)]
        if values.size <= _INLINE:
            self._tensors.append(b"".join([*head, _field(9, values.tobytes())]))
        else:
            self.weights[name] = values
            where = _field(1, "location") + _field(2, "memory")
            self._tensors.append(b"".join([*head, _field(13, where), _field(14, _EXTERNAL)]))
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        *outputs: str,
        domain: str = "",
        **attributes: Attribute,
    ) -> str:
        """Apply an operator; returns the name of its first output."""
        parts = [_field(1, name) for name in inputs] + [_field(2, name) for name in outputs] + [_field(4, operator)]
        parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(b"".join([*parts, _field(7, domain)]))
        return outputs[0]

    def model(self, inputs: Iterable[bytes], outputs: Iterable[bytes]) -> bytes:
        """The whole, as onnxruntime reads it; inputs and outputs are made by `described`."""
        parts = [_field(1, node) for node in self._nodes] + [_field(2, "graph")]
        parts += [_field(5, tensor) for tensor in self._tensors]
        parts += [_field(11, each) for each in inputs] + [_field(12, each) for each in outputs]
        versions = [_field(8, _field(1, name) + _field(2, v)) for name, v in (("", _OPSET), (MICROSOFT, _OWN_OPSET))]
        return b"".join([_field(1, _IR_VERSION), _field(7, b"".join(parts)), *versions])


def described(name: str, kind: str, shape: Sequence[int | str]) -> bytes:
    """An input or output of this type of numpy's; sizes that vary have names."""
    sizes = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _TYPES[kind]) + _field(2, sizes)))


def _attribute(name: str, value: Attribute) -> bytes:
    number, kind = (2, 1) if isinstance(value, float) else (8, 7) if isinstance(value, tuple) else (3, 2)
    values = value if isinstance(value, tuple) else (value,)
    return b"".join([_field(1, name), *(_field(number, each) for each in values), _field(20, kind)])


def _field(number: int, value: int | float | str | bytes) -> bytes:
    """One field: a varint, a 32-bit float or bytes, each under its number."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    raw = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number is its 64-bit complement."""
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
