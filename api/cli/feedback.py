"""`groundwire feedback export`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.errors import InvalidInput, SetupError

if TYPE_CHECKING:
    from rag.store import KeptAnswer

ANSWERED = frozenset({"answered", "conflicting"})


@click.group("feedback")
def command() -> None:
    """What people said about answers, in `POST /v1/answers/{id}/feedback`."""


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export(file: Path) -> None:
    """Write every answer that was marked to FILE, as questions that `groundwire eval` reads; - is standard output.

    They are marked "reviewed": false. Read them: a question marked good has the quotes of its answer as evidence, for
    one marked bad the right answer has yet to be written down.
    """
    from rag.settings import load_settings
    from rag.store import Store

    if str(file) != "-" and file.exists():
        raise InvalidInput(f"{file} is there already; name another file", "file")
    settings = load_settings()
    if not settings.store_path.is_file():
        raise SetupError(f"{settings.store_path} is not there, so nothing was marked; GROUNDWIRE_DATA says where")
    store = Store.open(settings.store_path)
    try:
        found = store.marked_answers()
    finally:
        store.close()
    rows = [json.dumps(row, ensure_ascii=False) for row in questions(found)]
    with click.open_file(str(file), "w", encoding="utf-8") as out:
        out.writelines(f"{row}\n" for row in rows)
    click.echo(f"{len(rows)} questions written, each marked as not reviewed", err=True)


def questions(marked: Iterable[KeptAnswer]) -> list[dict[str, Any]]:
    """A row of `questions.jsonl` for each answer, in the layout of evals/README.md; `marked` and below are for people.

    Only what everybody marked good is taken for right: its quotes are evidence, and a refusal says that nothing
    answers the question. An answer in sentences is no short answer to look for, so accuracy is left out by `long`
    until somebody writes one.
    """
    return [_question(kept) for kept in marked]


def _question(kept: KeptAnswer) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(kept.body)
    good = all(mark.mark == "good" for mark in kept.marks)
    answered = body["status"] in ANSWERED
    quotes = [{"doc_id": cited["document_id"], "quote": cited["quote"]} for cited in body["citations"]] if good else []
    row = {
        "id": kept.id,
        "question": body.get("understood_as") or kept.question,
        "answerable": answered or not good,
        "type": "marked-good" if good else "marked-bad",
        "as_of": kept.as_of.isoformat(),
        "document_ids": list(kept.filters.document_ids),
        "evidence": quotes,
        "long": answered or not good,
        "reviewed": False,
        "marked": [{"mark": mark.mark, "note": mark.note} for mark in kept.marks],
        "said": body["answer"] or body["reason"],
        "sources": list(kept.filters.sources),
    }
    return {name: value for name, value in row.items() if value not in ("", [], None)}
