"""Which processes a service consists of, and how they learn of each other. Decides; starts nothing."""

from __future__ import annotations

import os
import random
import secrets
import socket
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from pydantic import SecretStr

from api.binding import check_binding
from api.process import Spec
from rag import weights
from rag.errors import DataDamaged, PortTaken, SetupError
from rag.settings import PREFIX, Settings

ARENAS = "2"
PRIVATE_PORTS = range(20_000, 32_000)
"""Below those that outgoing connections are given, so that a port is still free when its child comes back."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The settings with every address filled in, and the children in the order in which they are ended:
    who asks before who is asked.
    """

    settings: Settings
    specs: tuple[Spec, ...]

    @property
    def base(self) -> str:
        return base_of(self.settings)

    @property
    def environment(self) -> dict[str, str]:
        """What the children are started with: the same settings that would name servers elsewhere.

        But for the key of whoever started it, which is for calling services. And with few arenas of memory: glibc makes
        eight a core, as threads come, and what was freed in one is of no use to the others nor given back.
        """
        known = {"MALLOC_ARENA_MAX": ARENAS} | os.environ | variables(self.settings)
        return {name: value for name, value in known.items() if name != PREFIX + "KEY"}


def arrange(settings: Settings) -> Arrangement:
    """Finds free ports, and checks what can be checked before anything is started. Raises `SetupError`."""
    here = {"data": settings.data.resolve(), "home": settings.home.resolve()}
    settings = settings.model_copy(update=here)
    check_binding(settings)
    _check_store(settings)
    settings = settings.model_copy(update={"port": _free_port(settings)})
    weights.require(settings, settings.embedder)
    api = Spec("api", "api", probe=f"{base_of(settings)}/healthz", grace=6.0)
    worker = Spec("worker", "ingest.worker", grace=1.5, nice=10)
    settings, model = _model(settings)
    settings, chroma = _chroma(settings)
    return Arrangement(settings, tuple(spec for spec in (api, worker, model, chroma) if spec))


def chroma(settings: Settings, port: int) -> Spec:
    """The embedded Chroma server, which alone has the folder open.

    What is probed reads its database: its heartbeat goes on when that cannot be read any more.
    """
    probe = f"http://127.0.0.1:{port}/api/v2/tenants/default_tenant/databases/default_database/collections_count"
    return Spec("chroma", "rag.adapters.chroma_server", (str(settings.chroma_path), str(port)), probe, grace=1.5)


def base_of(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def variables(settings: Settings) -> dict[str, str]:
    """Every setting as the environment variable that would set it."""
    values = ((name, getattr(settings, name)) for name in type(settings).model_fields)
    return {
        PREFIX + name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values
    }


def private_port() -> int:
    """A port on loopback that nothing listens on."""
    for port in random.sample(PRIVATE_PORTS, 100):
        if _is_free("127.0.0.1", port):
            return port
    raise SetupError(f"no free port was found from {PRIVATE_PORTS[0]} to {PRIVATE_PORTS[-1]}")


def _model(settings: Settings) -> tuple[Settings, Spec | None]:
    """A model from the catalogue is served here, unless an address says that it is served already."""
    if settings.model_url or settings.model not in weights.catalogue():
        return settings, None
    weights.require(settings, settings.model)
    origin = f"http://127.0.0.1:{private_port()}"
    key = SecretStr(secrets.token_urlsafe(32))
    settings = settings.model_copy(update={"model_url": f"{origin}/v1", "model_key": key})
    return settings, Spec("model", "rag.adapters.llama_server", probe=f"{origin}/health", grace=0.5)


def _chroma(settings: Settings) -> tuple[Settings, Spec | None]:
    if settings.chroma_url:
        return settings, None
    port = private_port()
    return settings.model_copy(update={"chroma_url": f"http://127.0.0.1:{port}"}), chroma(settings, port)


def _check_store(settings: Settings) -> None:
    """Whether there is a database where the store is, without loading what reads it. Raises `DataDamaged`."""
    if not settings.store_path.is_file():
        return
    try:
        with closing(sqlite3.connect(settings.store_path)) as store:
            store.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DataDamaged(
                f"{settings.store_path} is damaged ({error}); put a backup in its place with "
                "`groundwire restore FILE --replace`"
            ) from error


def _free_port(settings: Settings) -> int:
    if settings.port == 0:
        return private_port()
    if not _is_free(settings.host, settings.port):
        raise PortTaken(
            f"port {settings.port} on {settings.host} is taken; stop what uses it or set GROUNDWIRE_PORT to another"
        )
    return settings.port


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True
