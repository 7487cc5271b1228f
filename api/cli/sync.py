"""`groundwire sync`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from api.cli import FAILED
from api.cli.add import Counts, sent, wait
from api.cli.common import base_option, client, collection_option, is_address, json_option, print_json, shown
from api.client import Body, Client, Problem
from rag.errors import InvalidInput, Rejected, SetupError, UnknownCollection
from rag.types import DEFAULT_COLLECTION, NewDocument

if TYPE_CHECKING:
    from ingest.fetch import Fetcher
    from ingest.sync import Memory, Mirror, Piece

PAGE = 200
NOTHING = Counts(total=0, added=0, updated=0, unchanged=0, failed=0)


@click.command("sync")
@click.argument("source", metavar="FOLDER|FEED")
@click.option("--remove", is_flag=True, help="Remove documents that this source brought and no longer has.")
@click.option("--dry-run", is_flag=True, help="Change nothing; print what would be done.")
@collection_option
@base_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, source: str, remove: bool, dry_run: bool, collection: str, base: str | None, as_json: bool
) -> None:
    """Make the collection mirror a folder, or the feed at a URL: add what is new and update what has changed.

    What the source brought is remembered in the data folder, so that a file that has not changed is not read again,
    and nothing that came another way is ever removed. Ends with exit code 1 when something could not be added.
    """
    where = f"{(base or '').rstrip('/')}\0{collection}" if collection not in ("", DEFAULT_COLLECTION) else base or ""
    report = synchronise(client(base, collection), source, remove=remove, dry_run=dry_run, base=where)
    if as_json:
        print_json(report)
    else:
        _print(report)
    ctx.exit(FAILED if report["failures"] else 0)


def synchronise(
    service: Client, source: str, *, remove: bool, dry_run: bool, base: str = "", fetcher: Fetcher | None = None
) -> Body:
    """Do it, and say what was done. A feed is fetched with `fetcher`, else from the public network only.

    Raises `InvalidInput` for a source that is none.
    """
    from ingest.apart import Apart
    from ingest.fetch import Fetcher
    from ingest.pages import Pages
    from ingest.sync import Memory, Mirror, entries_of, files_of, label_of

    source = source if is_address(source) else str(Path(source).resolve())
    if not is_address(source) and not Path(source).is_dir():
        raise InvalidInput(f"{source}: there is no such folder; a feed begins with http", "source")
    path = _memory(source, base)
    failures: list[Body] = []
    before, stored = Memory.load(path), set(_stored(service))
    validators: dict[str, str] = {}
    with Apart() as apart:
        pieces: Iterable[Piece]
        try:
            if is_address(source):
                pieces, validators = entries_of(source, Pages(fetcher or Fetcher(), apart), before, stored)
            else:
                pieces = files_of(Path(source), apart)
        except Rejected as error:
            raise InvalidInput(f"{source}: {error} ({error.code})", "source") from error
        others = {other: Memory.load(other) for other in _others(path, base)}
        theirs = {document_id for memory in others.values() for document_id in memory.ids()}
        label = "" if is_address(source) else label_of(Path(source))
        mirror = Mirror(before, stored, _same(service), label, theirs)
        mirror.after.validators = validators
        changes = mirror.changes(pieces)
        jobs = [] if dry_run else sent(service, changes, failures)
        for _ in changes:
            pass  # a plan is complete once all has been looked at
    gone = mirror.gone() if remove else []
    counts = dict(NOTHING)
    if not dry_run:
        counts = wait(service, jobs, failures)
        for document_id in gone:
            service.call("DELETE", f"/v1/documents/{_quoted(document_id)}", also=(404,))
        if remove:
            mirror.after.gone.clear()
        mirror.after.read_again({failure["id"] for failure in failures})
        _keep(mirror.after, path, source)
        for other, memory in others.items():
            if memory.send_again(mirror.left):
                _keep(memory, other, json.loads(other.read_text("utf-8"))["source"])
    return _report(mirror, dry_run, gone, counts, failures)


def _report(mirror: Mirror, dry_run: bool, gone: list[str], counts: Counts, failures: list[Body]) -> Body:
    """In a dry run the counts are those of the plan."""
    failures = [asdict(failure) for failure in mirror.failures] + failures
    done = {
        "added": len(mirror.added) if dry_run else counts["added"],
        "updated": len(mirror.updated) if dry_run else counts["updated"],
        "unchanged": mirror.unchanged + counts["unchanged"],
        "removed": len(gone),
        "failed": len(failures),
    }
    plan = {"add": mirror.added, "update": mirror.updated, "remove": gone}
    return {"dry_run": dry_run, "counts": done, "plan": plan, "gone": len(mirror.gone()), "failures": failures}


def _stored(service: Client) -> Iterator[str]:
    """The ids of all documents in the collection, which may be still to be made."""
    cursor: str | None = ""
    while cursor is not None:
        path = f"/v1/documents?limit={PAGE}" + (f"&cursor={_quoted(cursor)}" if cursor else "")
        status, page = service.call("GET", path, also=(404,))
        if status == 404 and page.get("code") == UnknownCollection.code:
            return
        if status == 404:
            raise Problem(status, page)
        yield from (document["id"] for document in page["documents"])
        cursor = page["next_cursor"]


def _same(service: Client) -> Callable[[str, NewDocument], bool]:
    """Asks the service whether it has a document just as it is."""
    from api.schemas.fields import parse_time
    from ingest.clean import clean
    from ingest.notices import recognised

    def same(document_id: str, document: NewDocument) -> bool:
        status, known = service.call("GET", f"/v1/documents/{_quoted(document_id)}", also=(404,))
        if status == 404:
            return False
        try:
            new = recognised(clean(document, len(document.text)))
        except Rejected:
            return False
        times = (known.get(name) for name in ("published_at", "updated_at"))
        published, updated = (parse_time(time, end_of_day=False) if time else None for time in times)
        mine = (new.text, new.title, new.url, new.source, new.language, new.published_at, new.updated_at)
        lists = tuple(tuple(known.get(name) or ()) for name in ("corrects", "retracts", "authors"))
        theirs = (*(known[name] for name in ("text", "title", "url", "source", "language")), published, updated)
        return mine == theirs and (new.corrects, new.retracts, new.authors) == lists

    return same


def _memory(source: str, base: str) -> Path:
    """Where it is kept what this source brought to the service that is meant."""
    from rag.settings import load_settings

    return load_settings().data / "sources" / _memory_name(source, base)


def _memory_name(source: str, base: str) -> str:
    whole = f"{base.rstrip('/')}\0{source}".encode(errors="surrogateescape")
    return f"{hashlib.sha256(whole).hexdigest()[:32]}.json"


def _others(path: Path, base: str) -> Iterator[Path]:
    """Where it is kept what other sources brought to the same service; what cannot be read is nobody's."""
    for other in sorted(path.parent.glob("*.json")):
        try:
            source = json.loads(other.read_text("utf-8"))["source"]
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if other != path and isinstance(source, str) and other.name == _memory_name(source, base):
            yield other


def _keep(memory: Memory, path: Path, source: str) -> None:
    try:
        memory.save(path, source)
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written ({error.strerror}); choose a folder with GROUNDWIRE_DATA"
        ) from error


def _quoted(document_id: str) -> str:
    """As a part of a path: dots too, which are folders there."""
    return quote(document_id, safe="").replace(".", "%2E")


def _print(report: Body) -> None:
    for failure in report["failures"]:
        click.echo(shown(f"{failure['id']}: {failure['detail']} ({failure['code']})"), err=True)
    if report["dry_run"]:
        for what, document_ids in report["plan"].items():
            for document_id in document_ids:
                click.echo(shown(f"{what} {document_id}"))
    counts = report["counts"]
    would = "would be: " if report["dry_run"] else ""
    names = ("added", "updated", "unchanged", "removed", "failed")
    click.echo(would + ", ".join(f"{counts[name]} {name}" for name in names))
    if report["gone"] > counts["removed"]:
        click.echo(f"{report['gone']} are no longer in the source; --remove removes them", err=True)
