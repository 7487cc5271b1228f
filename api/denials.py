"""Why a request is turned away at the door, before anything is done for it.

GroundwireError
├── Unauthenticated
│   ├── KeyMissing         a key is needed and none was sent
│   └── KeyRefused         no such key; a wrong one and an unknown one look the same
│       ├── KeyRevoked     it was revoked
│       └── KeyExpired     its time is over
├── Forbidden
│   ├── ScopeMissing       the key is good for other things; names the scope it lacks
│   ├── CollectionDenied   the key is bound to other collections
│   ├── WrongHost          the service was addressed by a name that is not its own
│   └── ForeignOrigin      a page of another site sent it
└── TooMany                come back after `retry_after` seconds
    ├── RateLimited        too many a minute
    └── TooManyAtOnce      too many at the same time
"""

from __future__ import annotations

from rag.errors import GroundwireError


class Unauthenticated(GroundwireError):
    """Who asks is not known."""

    code = "unauthenticated"


class KeyMissing(Unauthenticated):
    code = "key_missing"


class KeyRefused(Unauthenticated):
    code = "key_invalid"


class KeyRevoked(KeyRefused):
    code = "key_revoked"


class KeyExpired(KeyRefused):
    code = "key_expired"


class Forbidden(GroundwireError):
    """Who asks is known, or need not be, and may not do this."""

    code = "forbidden"


class ScopeMissing(Forbidden):
    """The key lacks `scope`."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(f"this key lacks the scope {scope}")
        self.scope = scope


class CollectionDenied(Forbidden):
    """The key is bound to other collections; whether there is this one is not told."""

    code = "collection_denied"

    def __init__(self) -> None:
        super().__init__("this key is bound to other collections")


class WrongHost(Forbidden):
    code = "wrong_host"


class ForeignOrigin(Forbidden):
    code = "foreign_origin"


class TooMany(GroundwireError):
    """Come back after `retry_after` seconds, at least 1."""

    code = "too_many"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = max(1, retry_after)


class RateLimited(TooMany):
    code = "rate_limited"


class TooManyAtOnce(TooMany):
    code = "too_many_at_once"
