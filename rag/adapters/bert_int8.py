"""A BERT sentence encoder as an ONNX graph whose linear layers multiply in 8 bits.

Weights are symmetric with a scale for each output. They use 7 of the 8 bits: processors without dot-product
instructions for 8 bits add pairs of products in 16, and what does not fit there is cut off; this way all of it fits,
and every processor gets the same sums. Activations are quantised as they come; around the feed-forward layers each
token's are scaled by their largest value first, so that one token with large values does not cost the others their
precision. Before and after attention that gains nothing. All else is in 32 bits.
(Dynamic quantisation as in Zafrir et al., Q8BERT, 2019, with a scale for each token as in Yao et al., ZeroQuant, 2022.)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rag.adapters.onnx_graph import MICROSOFT, Array, Graph, described

RECIPE = "int8-2"
"""Changes whenever the vectors do: it is part of the stamp of what is embedded this way."""
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
INPUT, OUTPUT = "tokens", "vectors"

_LARGEST = 63
_LEAST_GELU = 0.17
"""GELU is never less than its negative."""
_MODULES = ["Transformer", "Pooling", "Normalize"]
_POOLINGS = {"pooling_mode_mean_tokens"}

Read = Callable[[str], Array]


def unsupported(folder: Path) -> str | None:
    """Why the model in this folder cannot be had this way, or None when it can."""
    try:
        config = _json(folder / "config.json")
        modules = [str(each["type"]).rsplit(".", 1)[-1] for each in _json(folder / "modules.json")]
        pooling = _json(folder / "1_Pooling" / "config.json")
        prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its description cannot be read: {error}"
    ways = {name for name, value in pooling.items() if name.startswith("pooling_mode") and value is True}
    wanted = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
    for name, value in wanted.items():
        if config.get(name, value if name == "position_embedding_type" else None) != value:
            return f"its {name} is {config.get(name)!r}, not {value!r}"
    if modules != _MODULES or ways != _POOLINGS or any(prompts.values()):
        return "it does more than encode, take the mean and normalise"
    missing = [name for name in (WEIGHTS, TOKENIZER) if not (folder / name).is_file()]
    return f"it has no {missing[0]}" if missing else None


def graph(folder: Path) -> tuple[bytes, dict[str, Array]]:
    """The graph and the weights to run it with, made from the folder's own in a fraction of a second.

    It takes the tokens of one text, shape (1, tokens) in int64, and gives its vector, shape (1, dimension), of unit
    length. One text, so that nothing is padded and no vector depends on which others are embedded with it.
    Raises what reading the files raises.
    """
    from safetensors import safe_open

    config = _json(folder / "config.json")
    made = Graph()
    with safe_open(folder / WEIGHTS, framework="numpy") as file:
        prefix = "" if "embeddings.word_embeddings.weight" in file.keys() else "bert."  # noqa: SIM118 - not a dict

        def read(name: str) -> Array:
            found: Array = file.get_tensor(prefix + name)
            return found

        epsilon = float(config["layer_norm_eps"])
        x = _embedded(made, read, epsilon)
        for number in range(config["num_hidden_layers"]):
            x = _layer(made, read, f"encoder.layer.{number}.", x, config["num_attention_heads"], epsilon)
    mean = made.node("ReduceMean", [x], "mean", axes=(1,), keepdims=0)
    made.node("LpNormalization", [mean], OUTPUT, axis=-1, p=2)
    size = config["hidden_size"]
    model = made.model([described(INPUT, "int64", (1, "length"))], [described(OUTPUT, "float32", (1, size))])
    return model, made.weights


def _embedded(made: Graph, read: Read, epsilon: float) -> str:
    """What goes into the first layer: words and positions; there is one segment."""
    words = made.array("words", read("embeddings.word_embeddings.weight"))
    segment = read("embeddings.token_type_embeddings.weight")[0]
    positions = made.array("positions", read("embeddings.position_embeddings.weight") + segment)
    length = made.node("Shape", [INPUT], "length", start=1, end=2)
    first = made.node("Slice", [positions, made.array("first", np.array([0])), length], "places")
    x = made.node("Add", [made.node("Gather", [words, INPUT], "words.x"), first], "embedded")
    return _normalised(made, read, "embeddings.LayerNorm.", x, epsilon)


def _layer(made: Graph, read: Read, at: str, x: str, heads: int, epsilon: float) -> str:
    own = [f"{at}attention.self.{name}." for name in ("query", "key", "value")]
    weight, bias = (np.concatenate([read(f"{name}{part}") for name in own]) for part in ("weight", "bias"))
    parts = made.array(f"{at}parts", np.full(3, len(weight) // 3))
    names = [f"{name}x" for name in own]
    made.node("Split", [_linear(made, f"{at}attention.", weight, x, bias), parts], *names, axis=-1)
    seen = made.node("MultiHeadAttention", names, f"{at}seen", domain=MICROSOFT, num_heads=heads)
    dense = f"{at}attention.output.dense."
    y = _linear(made, dense, read(f"{dense}weight"), seen, read(f"{dense}bias"))
    x = _added(made, read, f"{at}attention.output.", y, x, epsilon)
    inner, outer = f"{at}intermediate.dense.", f"{at}output.dense."
    largest = made.node("ReduceMax", [made.node("Abs", [x], f"{inner}abs")], f"{inner}largest", axes=(2,), keepdims=1)
    wide = _scaled(made, inner, read(f"{inner}weight"), x, largest)
    bent = made.node("FastGelu", [wide, made.array(f"{inner}b", read(f"{inner}bias"))], f"{inner}y", domain=MICROSOFT)
    most = made.node("ReduceMax", [bent], f"{outer}most", axes=(2,), keepdims=1)
    largest = made.node(
        "Max", [most, made.array(f"{outer}least", np.array([_LEAST_GELU], np.float32))], f"{outer}largest"
    )
    y = _scaled(made, outer, read(f"{outer}weight"), bent, largest)
    y = made.node("Add", [y, made.array(f"{outer}b", read(f"{outer}bias"))], f"{outer}biased")
    return _added(made, read, f"{at}output.", y, x, epsilon)


def _added(made: Graph, read: Read, at: str, y: str, before: str, epsilon: float) -> str:
    """What a layer adds to what was before it, normalised.

    Two operators: `SkipLayerNormalization`, which is both in one, takes four times as long.
    """
    return _normalised(made, read, f"{at}LayerNorm.", made.node("Add", [y, before], f"{at}sum"), epsilon)


def _normalised(made: Graph, read: Read, at: str, x: str, epsilon: float) -> str:
    scale, bias = (made.array(f"{at}{name}", read(f"{at}{name}")) for name in ("weight", "bias"))
    return made.node("LayerNormalization", [x, scale, bias], f"{at}y", axis=-1, epsilon=epsilon)


def _scaled(made: Graph, at: str, weight: Array, x: str, largest: str) -> str:
    """`_linear`, each token divided by its `largest` value before and multiplied by it after."""
    y = _linear(made, at, weight, made.node("Div", [x, largest], f"{at}scaled"))
    return made.node("Mul", [y, largest], f"{at}x")


def _linear(made: Graph, at: str, weight: Array, x: str, bias: Array | None = None) -> str:
    """`x @ weight.T + bias`, multiplied in 8 bits; `weight` has shape (outputs, inputs)."""
    scale = np.maximum(np.abs(weight).max(axis=1), np.finfo(np.float32).tiny) / _LARGEST
    small = np.rint(weight / scale[:, None]).astype(np.int8).T
    constants = [
        made.array(f"{at}int8", small),
        made.array(f"{at}scale", scale.astype(np.float32)),
        made.array(f"{at}zero", np.zeros(len(scale), np.int8)),
        *([] if bias is None else [made.array(f"{at}bias", bias)]),
    ]
    return made.node("DynamicQuantizeMatMul", [x, *constants], f"{at}product", domain=MICROSOFT)


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
