"""When one text is a near-copy of another, told from their signatures alone. Pure; `ingest.copies` makes signatures.

A signature has, for each of `PERMUTATIONS` orders of all possible shingles, the first one that the text has
(MinHash; Broder 1997, "On the resemblance and containment of documents"). Two texts agree at a place as often as
their resemblance says. Signatures that agree in a whole band are found by an index of bands (LSH).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 4
PERMUTATIONS = 128
BAND_ROWS = 2
LEAST_CONTAINED = 0.6
LEAST_RATIO = 0.2

# Where words are written without spaces between them, each character counts as one.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Signature:
    """`values` are `PERMUTATIONS` little-endian 32-bit numbers; `shingles` is how many different ones the text has.

    A text without a word has no shingles and is nobody's copy.
    """

    shingles: int
    values: bytes


def shingles(text: str) -> frozenset[str]:
    """Every run of `SHINGLE_WORDS` words, whatever their case and punctuation; a shorter text is one run."""
    words = _WORD.findall(text.casefold())
    most = max(len(words) - SHINGLE_WORDS + 1, 1) if words else 0
    return frozenset(" ".join(words[start : start + SHINGLE_WORDS]) for start in range(most))


def bands(signature: Signature) -> list[int]:
    """A key for each band, as signed 64-bit numbers; none for a text without a word."""
    if not signature.shingles:
        return []
    rows = _matrix([signature]).reshape(-1, BAND_ROWS).astype(np.uint64)
    place = np.arange(len(rows), dtype=np.uint64) + np.uint64(1)
    mixed = (rows[:, 0] << np.uint64(32) | rows[:, 1]) * _MIX[0] ^ place * _MIX[1]
    mixed = (mixed ^ mixed >> np.uint64(29)) * _MIX[2]
    return [int(key) for key in mixed.view(np.int64)]


def near(signature: Signature, others: Sequence[Signature]) -> NDArray[np.bool_]:
    """Which of the others are near-copies; shape (len(others),). Symmetric.

    That is when they share a band and an estimated `LEAST_CONTAINED` of the shingles of the shorter text are in
    the longer one, of which the shorter has at least `LEAST_RATIO`. So a trimmed version is a copy, and a
    sentence quoted in an article is not.
    """
    if not others or not signature.shingles:
        return np.zeros(len(others), dtype=np.bool_)
    equal = _matrix(others) == _matrix([signature])
    banded = equal.reshape(len(others), -1, BAND_ROWS).all(axis=2).any(axis=1)
    sizes = np.array([other.shingles for other in others], dtype=np.float64)
    shorter, longer = np.minimum(sizes, signature.shingles), np.maximum(sizes, signature.shingles)
    alike = equal.mean(axis=1)
    # of two sets with resemblance J, J / (1 + J) of their sizes together is in both
    contained = alike / (1 + alike) * (shorter + longer) / np.maximum(shorter, 1)
    result: NDArray[np.bool_] = banded & (contained >= LEAST_CONTAINED) & (shorter >= LEAST_RATIO * longer)
    return result


def clusters(members: Sequence[tuple[str, Signature]]) -> list[list[int]]:
    """Which members, by their place, hang together as near-copies: each is a list in order, the first place first.

    A member is a document's id and a signature; two versions of one document are not each other's copies, though
    a third text may be a copy of both.
    """
    waiting = list(range(len(members)))
    found = []
    while waiting:
        cluster, frontier = [], [waiting.pop(0)]
        while frontier:
            at = frontier.pop()
            cluster.append(at)
            document_id, signature = members[at]
            copied = near(signature, [members[other][1] for other in waiting])
            joins = [
                other
                for other, is_copy in zip(waiting, copied, strict=True)
                if is_copy and members[other][0] != document_id
            ]
            frontier += joins
            gone = set(joins)
            waiting = [other for other in waiting if other not in gone]
        found.append(sorted(cluster))
    return found


def _matrix(signatures: Sequence[Signature]) -> NDArray[np.uint32]:
    joined = b"".join(signature.values for signature in signatures)
    return np.frombuffer(joined, dtype="<u4").reshape(len(signatures), PERMUTATIONS)
