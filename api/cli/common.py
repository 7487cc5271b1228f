"""What commands that talk to a running service share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from api.client import Client

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "groundwire.key"


def _keep_key(ctx: click.Context, _: click.Parameter, key: str | None) -> None:
    ctx.meta[_KEY] = key or ""


def key_option(command: F) -> F:
    """The API key to call with; `key` finds it, so that no command has to hand it on."""
    return click.option(
        "--key",
        envvar="GROUNDWIRE_KEY",
        expose_value=False,
        callback=_keep_key,
        help="API key to call with. Better set as GROUNDWIRE_KEY: others can see what a command is started with.",
    )(command)


def base_option(command: F) -> F:
    """Which service is meant, and the API key for it."""
    base = click.option(
        "--base",
        metavar="URL",
        help="Address of the service; default: the one running on this data folder, or the settings.",
    )
    return base(key_option(command))


collection_option = click.option(
    "--collection", default="", metavar="NAME", help="The collection that is meant; default: default."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a program to read.")


def client(base: str | None, collection: str = "") -> Client:
    """A client of the service and the collection that are meant. Raises `SetupError` when the settings are wrong."""
    if base:
        return Client(base, key=key(), collection=collection)
    from api import runtime
    from api.parts import base_of
    from rag.settings import load_settings

    settings = load_settings()
    running = runtime.read(settings.data)
    return Client(running.base if running else base_of(settings), key=key(), collection=collection)


def key() -> str:
    """The API key that the running command was given, `""` for none."""
    ctx = click.get_current_context(silent=True)
    return str(ctx.meta.get(_KEY, "")) if ctx else ""


def is_address(text: str) -> bool:
    """Whether it is meant as the address of a page, rather than as the path of a file."""
    return text.lower().startswith(("http://", "https://"))


def narrowing(command: F) -> F:
    """Options that say which documents may be used."""
    for option in (
        click.option("--before", metavar="DATE", help="Only documents published up to then."),
        click.option("--after", metavar="DATE", help="Only documents published from then on."),
        click.option("--document", "documents", multiple=True, metavar="ID", help="Only this document; repeatable."),
        click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source; repeatable."),
        click.option("--as-of", metavar="DATE", help="Answer as the collection stood then."),
    ):
        command = option(command)
    return command


def asking(command: F) -> F:
    """The head of commands that take a QUESTION: what may be used for it, where it is asked, and how it is printed."""
    for part in (json_option, base_option, collection_option, narrowing, click.argument("question")):
        command = part(command)
    return command


def asked(
    question: str,
    as_of: str | None,
    sources: tuple[str, ...],
    documents: tuple[str, ...],
    after: str | None,
    before: str | None,
) -> dict[str, Any]:
    """The body of a question with the narrowing options."""
    filters = {
        "published_after": after,
        "published_before": before,
        "sources": list(sources) or None,
        "document_ids": list(documents) or None,
    }
    given = {name: value for name, value in filters.items() if value is not None}
    return {"question": question} | ({"as_of": as_of} if as_of else {}) | ({"filters": given} if given else {})


def print_json(value: Any) -> None:
    # a file's name need not be UTF-8
    click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode(errors="replace").decode())


def shown(text: object) -> str:
    """Text of a document as a terminal may be given it: no control characters but line ends."""
    return "".join(c for c in str(text) if c == "\n" or c.isprintable())


def origin(entry: dict[str, Any]) -> str:
    """Where a quote or passage is from: title, source, date; the id when none of them is known."""
    known = [entry.get("title"), entry.get("source"), (entry.get("published_at") or "")[:10]]
    return shown(", ".join(part for part in known if part) or entry["document_id"])
