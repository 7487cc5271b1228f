"""A text's signature, by which its near-copies are found. Pure; `rag.copies` compares signatures."""

from __future__ import annotations

from functools import cache

import numpy as np
from datasketch import MinHash

from rag.copies import PERMUTATIONS, Signature, shingles

_SEED = 1
_AT_ONCE = 4_096


def sign(text: str) -> Signature:
    """The MinHash signature of a text's shingles: the same for the same words in any case and punctuation.

    The headline is no part of it, since that is what changes first. Signatures are stored, so whatever alters
    them (the seed, the scheme of hashing, what a shingle is) needs a migration that forgets the old ones.
    """
    found = sorted(shingles(text))
    hashed = _empty().copy()
    for start in range(0, len(found), _AT_ONCE):  # so that a book takes no more memory than an article
        hashed.update_batch([shingle.encode() for shingle in found[start : start + _AT_ONCE]])
    return Signature(len(found), np.asarray(hashed.hashvalues, dtype="<u4").tobytes())


@cache
def _empty() -> MinHash:
    return MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme="affine32")
