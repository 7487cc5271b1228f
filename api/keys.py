"""API keys: how they are made and read, and what of them is kept. Pure but for the randomness.

A key is `gw_<id>_<secret>`. The id is public: it says which key is meant, in lists and logs. The secret has 256
random bits, so its SHA-256 is all that has to be kept: what makes passwords need a slow hash and a salt is that
they can be guessed, and of a random 256-bit number there is nothing to guess.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from api.denials import KeyMissing, KeyRefused

ASK: Final = "ask"
WRITE: Final = "write"
SCOPES: Final = (ASK, WRITE)

SECRET_BYTES: Final = 32
_KEY = re.compile(r"gw_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")
_NO_DIGEST: Final = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. Only `id` and `digest` are kept; `text` is shown once."""

    id: str
    text: str
    digest: str


def make() -> NewKey:
    """A new random key."""
    key_id = secrets.token_hex(8)
    text = f"gw_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return NewKey(key_id, text, digest(text))


def digest(key: str) -> str:
    """SHA-256 of the whole key, in hex."""
    return sha256(key.encode()).hexdigest()


def id_of(key: str) -> str | None:
    """The public part of a key; None for what is not formed like one."""
    formed = _KEY.fullmatch(key)
    return formed[1] if formed else None


def fits(key: str, kept: str | None) -> bool:
    """Whether a key has this digest, in the same time whether it does or not, and whether there is one or not."""
    same = hmac.compare_digest(digest(key), kept or _NO_DIGEST)
    return same and kept is not None


def bearer(headers: Iterable[str]) -> str:
    """The key in the `Authorization` headers of a request.

    Raises `KeyMissing` where there is none, and `KeyRefused` for several headers or what is no bearer key.
    """
    match list(headers):
        case []:
            raise KeyMissing("this needs an API key: send it as `Authorization: Bearer gw_…`")
        case [header]:
            scheme, _, key = header.strip(" \t").partition(" ")
            key = key.lstrip(" ")
            if scheme.lower() != "bearer" or id_of(key) is None:
                raise KeyRefused("the Authorization header holds no API key: send it as `Authorization: Bearer gw_…`")
            return key
        case _:
            raise KeyRefused("send one Authorization header")


def masked(text: str) -> str:
    """A text for a log: of any key in it only the public part is left."""
    return _KEY.sub(r"gw_\1_…", text)
