"""`groundwire add`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

from api.cli import FAILED
from api.cli.common import base_option, client, collection_option, is_address, json_option, print_json, shown
from api.client import Body, Client
from rag.errors import InvalidInput
from rag.types import Failure, NewDocument

BATCH_DOCUMENTS = 100
BATCH_CHARACTERS = 4_000_000
BATCH_URLS = 10
STDIN = "stdin"

Counts = dict[str, int]
Source = Path | bytes | None


@click.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATH|URL...")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["txt", "md", "jsonl", "html", "pdf", "docx", "eml", "rss"]),
    default="txt",
    help="What standard input is; default: txt.",
)
@collection_option
@base_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[str, ...], kind: str, collection: str, base: str | None, as_json: bool
) -> None:
    """Add articles to the running service, and wait until they answer questions.

    A PATH is a file, a folder (all articles in it), a pattern such as 'news/*.md', or - for standard input: text,
    Markdown, HTML, PDF, DOCX, mail, RSS, Atom or JSON Lines. The page at a URL is fetched by the service; that of a
    feed brings its articles. JSON Lines are sent on as they are read, from standard input too, however many.
    Ends with exit code 1 when one article could not be added.
    """
    urls = [path for path in paths if is_address(path)]
    sources = list(_sources((path for path in paths if not is_address(path)), kind))
    service = client(base, collection)
    failures: list[Body] = []
    jobs = sent(
        service, _read(((source, name) for source, name in sources if not _is_of_lines(name)), failures), failures
    )
    jobs += _streamed(service, ((source, name) for source, name in sources if _is_of_lines(name)), failures)
    jobs += [
        service.post("/v1/documents/fetch", {"urls": urls[start : start + BATCH_URLS]})
        for start in range(0, len(urls), BATCH_URLS)
    ]
    counts = wait(service, jobs, failures)
    counts["total"] += counts["failed"] - sum(job["counts"]["failed"] for job in jobs)
    if as_json:
        print_json({"counts": counts, "failures": failures, "jobs": [job["job_id"] for job in jobs]})
    else:
        _print(counts, failures)
    ctx.exit(FAILED if failures else 0)


def _sources(paths: Iterable[str], kind: str) -> Iterator[tuple[Source, str]]:
    """What is to be read, each with the name that says which document it is. None is standard input, yet to be read.

    That is its path within the folder, or within the part of a pattern without wildcards; for a file, its name.
    Raises `InvalidInput` for a path that leads nowhere.
    """
    from ingest.readers import LARGEST, files_in, known

    for path in paths:
        if path == "-":
            # no more than shows that it is too large
            yield None if kind == "jsonl" else sys.stdin.buffer.read(LARGEST + 1), f"{STDIN}.{kind}"
            continue
        place = Path(path)
        if place.is_file():
            yield place, place.name
            continue
        folder, pattern = (place, "**/*") if place.is_dir() else _pattern(place)
        files = list(files_in(folder, pattern))
        if not files:
            raise InvalidInput(f"{path}: no such file, or no articles there ({known()})")
        yield from files


def _is_of_lines(name: str) -> bool:
    from ingest.readers import LINES

    return Path(name).suffix.lower() in LINES


def _streamed(service: Client, files: Iterable[tuple[Source, str]], failures: list[Body]) -> Iterator[Body]:
    """The jobs of files of lines; one that cannot be read is put on `failures`."""
    from api.cli.lines import FileOfLines, Pipe, sent_as_lines

    for source, name in files:
        try:
            with closing(FileOfLines(source) if isinstance(source, Path) else Pipe(sys.stdin.buffer)) as lines:
                yield sent_as_lines(service, lines, name) | {"file": name}
        except OSError as error:
            failures.append({"id": name, "code": "unreadable", "detail": f"{source or name!s}: {error.strerror}"})


def _pattern(path: Path) -> tuple[Path, str]:
    """The folder that a pattern starts in, and the rest of it."""
    fixed = list(takewhile(lambda part: not set(part) & set("*?["), path.parts[:-1]))
    return Path(*fixed), str(Path(*path.parts[len(fixed) :]))


def _read(sources: Iterable[tuple[Source, str]], failures: list[Body]) -> Iterator[NewDocument]:
    """The documents that can be read; the others are put on `failures`."""
    from ingest.apart import Apart

    with Apart() as apart:
        for source, name in sources:
            try:
                for document in apart.read(source or b"", name):
                    if isinstance(document, Failure):
                        failures.append(asdict(document))
                    else:
                        # what comes through a pipe has no name, so its content has to say which document it is
                        yield replace(document, id="") if document.id == STDIN else document
            except OSError as error:
                failures.append({"id": name, "code": "unreadable", "detail": f"{source!s}: {error.strerror}"})


def sent(service: Client, documents: Iterable[NewDocument], failures: list[Body]) -> list[Body]:
    """The jobs that take the documents in. One too large for any request is put on `failures`."""
    jobs = []
    for batch in _batches(documents):
        if len(batch[0]["text"]) > BATCH_CHARACTERS and not _fits(batch[0]):
            detail = "the document is larger than a request may be"
            failures.append({"id": batch[0].get("id", ""), "code": "too_large", "detail": detail})
        else:
            jobs.append(service.post("/v1/documents", {"documents": batch}))
    return jobs


def _fits(document: Body) -> bool:
    """Whether a request may be as large. Asked here: a service that refuses in the middle of one cannot be heard."""
    from rag.settings import load_settings

    return len(json.dumps({"documents": [document]})) <= load_settings().max_request_bytes


def _batches(documents: Iterable[NewDocument]) -> Iterator[list[Body]]:
    batch: list[Body] = []
    size = 0
    for document in documents:
        if batch and (len(batch) >= BATCH_DOCUMENTS or size + len(document.text) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(_body(document))
        size += len(document.text)
    if batch:
        yield batch


def _body(document: NewDocument) -> Body:
    times = {"published_at": document.published_at, "updated_at": document.updated_at}
    fields: dict[str, Any] = asdict(document) | {name: time and time.isoformat() for name, time in times.items()}
    return {name: value for name, value in fields.items() if value or name == "text"}


def wait(service: Client, jobs: list[Body], failures: list[Body]) -> Counts:
    """The counts of all jobs once each is final; what failed in them is put on `failures`."""
    from api.cli.jobs import speed
    from api.client import finished

    total = Counts(total=0, added=0, updated=0, unchanged=0, failed=len(failures))

    def told(job: Body | None) -> str:
        return speed(job) if job else ""

    length = sum(job["counts"]["total"] for job in jobs)
    with click.progressbar(
        length=length,
        label="adding",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        show_eta=False,
        show_pos=True,
        item_show_func=told,
    ) as bar:
        for number, job in enumerate(jobs):
            jobs[number] = finished(service, job, partial(_show, bar, bar.pos))
            failures += [_named(failure, job.get("file", "")) for failure in jobs[number]["failures"]]
            for name in total:
                total[name] += jobs[number]["counts"][name]
    return total


def _show(bar: Any, before: int, job: Body) -> None:
    """Moves the bar to where a job is; `before` is where the jobs before it ended."""
    done = sum(job["counts"][name] for name in ("added", "updated", "unchanged", "failed"))
    bar.update(before + done - bar.pos, job)


def _named(failure: Body, file: str) -> Body:
    """A line that is no document is told by the name of its file."""
    line = failure.get("line")
    return failure | {"id": f"{file}:{line}"} if file and failure["id"] == f"line:{line}" else failure


def _print(counts: Counts, failures: list[Body]) -> None:
    for failure in failures:
        click.echo(shown(f"{failure['id']}: {failure['detail']} ({failure['code']})"), err=True)
    if counts["failed"] > len(failures):
        more = counts["failed"] - len(failures)
        click.echo(f"and {more:,} more; `groundwire jobs show JOB --failures` lists all of a job", err=True)
    click.echo(", ".join(f"{counts[name]} {name}" for name in ("added", "updated", "unchanged", "failed")))
