"""Where the service may be reached from: without keys, from this machine only."""

from __future__ import annotations

from datetime import UTC, datetime

from api.callers import is_loopback
from rag.errors import SetupError
from rag.settings import Settings


def check_binding(settings: Settings) -> None:
    """Raises `SetupError` when the service would be reached from elsewhere and nobody has a key to it."""
    if is_loopback(settings.host) or _has_key(settings):
        return
    raise SetupError(
        f"{settings.host} is not a loopback address, and without API keys the service binds to loopback only; "
        "make one with `groundwire keys create NAME --scope ask --scope write`"
    )


def _has_key(settings: Settings) -> bool:
    if not settings.store_path.is_file():
        return False
    from rag.store import Store  # only here: what supervises a service loads nothing heavy

    store = Store.open(settings.store_path)
    try:
        return any(key.usable(datetime.now(UTC)) for key in store.access_keys())
    finally:
        store.close()
