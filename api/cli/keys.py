"""`groundwire keys create`, `list` and `revoke`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from api.cli.common import json_option, print_json, shown
from api.keys import SCOPES
from rag.errors import InvalidInput
from rag.types import COLLECTION_NAME

if TYPE_CHECKING:
    from rag.store import AccessKey, Store

LONGEST_NAME = 100


@click.group("keys")
def command() -> None:
    """Make, list and revoke the API keys of the collection in the data folder.

    As long as there never was a key, everything is open to this machine only. From the first on, every call needs one.
    What changes here counts at once, in a running service too.
    """


@command.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="ask: ask, search and read. write: add and delete documents, and see jobs. Repeatable.",
)
@click.option(
    "--collection",
    "collections",
    multiple=True,
    metavar="NAME",
    help="Bind it to this collection, and to no other. Repeatable; default: all.",
)
@click.option("--expires", metavar="DATE", help="Until when it may be used: a date, its end (UTC), or a time.")
@json_option
def create(
    name: str, scopes: tuple[str, ...], collections: tuple[str, ...], expires: str | None, as_json: bool
) -> None:
    """Make a key and print it. It is shown only now: what is kept of it does not lead back to it."""
    from api import keys

    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"a name has 1 to {LONGEST_NAME} characters that can be shown", "name")
    for each in collections:
        if not re.fullmatch(COLLECTION_NAME, each):
            raise InvalidInput(f"the name of a collection is {COLLECTION_NAME}", "collection")
    until = _moment(expires) if expires else None
    made = keys.make()
    with _store() as store:
        first = not store.access_keys()
        store.add_key(made.id, name, scopes, made.digest, until, collections)
    if as_json:
        print_json(
            {
                "id": made.id,
                "name": name,
                "scopes": sorted(set(scopes)),
                "collections": sorted(set(collections)),
                "key": made.text,
            }
        )
        return
    click.echo(made.text)
    click.echo(
        "Keep it: it is not shown again. Send it as `Authorization: Bearer KEY`, or set GROUNDWIRE_KEY.", err=True
    )
    if first:
        click.echo("This is the first key: every call to this collection needs one from now on.", err=True)


@command.command("list")
@json_option
def listing(as_json: bool) -> None:
    """Every key there ever was, oldest first: its id, name, scopes and state."""
    with _store() as store:
        found = store.access_keys()
    if as_json:
        print_json([_row(key) for key in found])
        return
    for key in found:
        until = f" until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else ""
        bound = f" in {','.join(sorted(key.collections))}" if key.collections else ""
        scopes = ",".join(sorted(key.scopes))
        click.echo(f"{key.id}  {scopes:<9}  {key.created_at:%Y-%m-%d}  {_state(key)}{until}{bound}  {shown(key.name)}")
    if not found:
        click.echo("there is no key, so everything is open to this machine, and only to it", err=True)


@command.command("revoke")
@click.argument("which", metavar="NAME|ID")
def revoke(which: str) -> None:
    """Revoke a key; a running service refuses it from the next request on.

    It stays in the list: where the last key was revoked, nothing is open until another is made.
    """
    with _store() as store:
        key = store.revoke_key(which)
    click.echo(f"{key.id} revoked")


@contextmanager
def _store() -> Iterator[Store]:
    from rag.settings import load_settings
    from rag.store import Store

    store = Store.open(load_settings().store_path)
    try:
        yield store
    finally:
        store.close()


def _moment(text: str) -> datetime:
    from api.schemas.fields import parse_time

    try:
        until = parse_time(text, end_of_day=True)
    except ValueError as error:
        raise InvalidInput(f"--expires {text}: {error}", "expires") from error
    if until <= datetime.now(UTC):
        raise InvalidInput(f"--expires {text} is over already", "expires")
    return until


def _row(key: AccessKey) -> dict[str, object]:
    times = {name: getattr(key, name) for name in ("created_at", "expires_at", "revoked_at")}
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "collections": sorted(key.collections),
        "state": _state(key),
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def _state(key: AccessKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "usable" if key.usable(datetime.now(UTC)) else "expired"
