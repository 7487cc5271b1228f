"""Every setting, bounded, with its default. Read once at start, then passed as an argument.

Each is an environment variable `GROUNDWIRE_<NAME>`; an unknown `GROUNDWIRE_*` variable is an error,
so that a typing mistake never passes silently. docs/settings.md lists them all (a test holds that).
"""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.ablation import Ablation
from rag.errors import SetupError

PREFIX = "GROUNDWIRE_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


def listed(text: str) -> tuple[str, ...]:
    """The parts of a setting that has several, separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "groundwire"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    # where
    host: str = Field(
        "127.0.0.1", description="address the HTTP service binds to; loopback only as long as there is no API key"
    )
    port: int = Field(8000, ge=0, le=65535, description="port of the HTTP service; 0 takes a free one")
    home: Path = Field(default_factory=_home, description="folder of weights, shared by clones")
    data: Path = Field(Path("data"), description="folder of the store, Chroma and logs; empty is an empty collection")
    seeds: bool = Field(True, description="add the articles in seeds/ at start")

    # models
    model: str = Field(
        "qwen2.5-1.5b",
        min_length=1,
        description="a name listed by `groundwire models`, or `provider:model` for any LangChain chat model",
    )
    model_url: str = Field("", description="base URL of an OpenAI-compatible endpoint that serves `model`")
    model_key: SecretStr = Field(SecretStr(""), description="API key for that endpoint")
    embedder: str = Field("all-minilm-l6-v2", min_length=1, description="a name listed by `groundwire models`")
    embedding: Literal["auto", "torch"] = Field(
        "auto",
        description="how documents are embedded: `auto` in 8 bits where the embedder allows it, `torch` in 32",
    )
    threads: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 8),
        ge=1,
        le=256,
        description="threads of the local language model",
    )
    context_tokens: int = Field(4096, ge=1024, le=131072, description="context window of the local language model")

    # index
    chroma_url: str = Field("", description="a Chroma server to use instead of the embedded one")

    # bounds
    queue_limit: int = Field(32, ge=1, le=10_000, description="questions waiting for the model before 503 is answered")
    queue_seconds: float = Field(
        60.0,
        ge=1.0,
        le=3600.0,
        description="longest wait for the model that is expected of a question; where it would be more 503 is answered",
    )
    concurrency: int = Field(1, ge=1, le=256, description="questions drafted at once; raise it for a remote model")
    ask_timeout: float = Field(120.0, ge=1.0, le=3600.0, description="seconds a question may take once it is its turn")
    max_request_bytes: int = Field(64 * 2**20, ge=2**10, le=2**32, description="largest request body")
    receive_seconds: float = Field(
        30.0,
        ge=0.1,
        le=3600.0,
        description="seconds that the head of a request may take to come, and its body beside one for each 500 bytes",
    )
    max_batch: int = Field(1_000, ge=1, le=100_000, description="documents in one request")
    max_stream_documents: int = Field(
        1_000_000, ge=1, le=100_000_000, description="documents in one stream of lines (`application/x-ndjson`)"
    )
    max_line_bytes: int = Field(16 * 2**20, ge=2**10, le=2**28, description="largest line of such a stream")
    max_text_chars: int = Field(2_000_000, ge=1_000, le=50_000_000, description="characters in one document")
    lease_seconds: float = Field(
        60.0,
        ge=1.0,
        le=3600.0,
        description="how long an ingest worker may be silent before its work is given to another",
    )
    memory_limit_mb: int = Field(
        6_000, ge=512, le=1_000_000, description="a child process larger than this is restarted"
    )

    # access
    key: SecretStr = Field(SecretStr(""), description="the API key that commands send to a service")
    cors_origins: str = Field(
        "", description="sites whose pages may call the service, as `https://news.example`, by commas"
    )
    trusted_proxies: str = Field(
        "", description="addresses or networks, by commas, whose X-Forwarded-For is believed; of anybody else it is not"
    )
    asks_per_minute: int = Field(
        6_000,
        ge=0,
        le=10_000_000,
        description="questions and searches a minute, for each key and each address; 0 is no limit",
    )
    writes_per_minute: int = Field(
        6_000, ge=0, le=10_000_000, description="changes a minute, for each key and each address; 0 is no limit"
    )
    requests_at_once: int = Field(
        256, ge=0, le=100_000, description="requests at the same time, for each key, else each address; 0 is no limit"
    )

    # memory
    answer_days: float = Field(
        30.0, ge=0.0, le=36_500.0, description="days that an answer can be read again; 0 keeps none"
    )
    answers_kept: int = Field(5_000, ge=0, le=10_000_000, description="answers kept at most, the latest; 0 keeps none")

    # seen from outside
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least important lines that are logged: `debug`, `info`, `warning` or `error`"
    )

    # measuring
    without: Ablation = Field(
        Ablation.NOTHING,
        description="for measuring only: answer without `lexical`, `dense`, `fusion`, `rank`, `verification` or `time`",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for part in listed(text):
            ip_network(part, strict=False)
        return text

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, text: str) -> str:
        for part in listed(text):
            if not _ORIGIN.fullmatch(part):
                raise ValueError(f"{part!r} is not a site such as https://news.example, without a path or a wildcard")
        return text

    @property
    def store_path(self) -> Path:
        return self.data / "store.sqlite3"

    @property
    def collections_path(self) -> Path:
        return self.data / "collections"

    def store_of(self, key: str) -> Path:
        """Where the store of the collection with this key is, the default one's for `""`."""
        return self.collections_path / f"{key}.sqlite3" if key else self.store_path

    @property
    def chroma_path(self) -> Path:
        return self.data / "chroma"

    @property
    def log_path(self) -> Path:
        return self.data / "logs"

    @property
    def weights_path(self) -> Path:
        return self.home / "weights"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, with `overrides` (None means not given) on top.

    Raises `SetupError` naming the key at fault.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(key for key in os.environ if key.startswith(PREFIX) and key not in known)
    if unknown:
        raise SetupError(f"unknown setting {', '.join(unknown)}; docs/settings.md lists the settings there are")
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = PREFIX + str(first["loc"][0]).upper() if first["loc"] else "settings"
        raise SetupError(f"{where}: {first['msg']}") from error
