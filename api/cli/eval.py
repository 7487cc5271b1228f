"""`groundwire eval` and `groundwire eval draft`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import json_option, print_json, shown

if TYPE_CHECKING:
    from evals.draft import Drafted
    from evals.own import Measured, Own

FOLDER = click.Path(path_type=Path)
MISSED = 1
MOST_SHOWN = 20


class FolderFirst(click.Group):
    """A first argument that is no command is the folder to measure on. A folder named as one is ./draft."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["measure", *args]
        return super().parse_args(ctx, args)


@click.group("eval", cls=FolderFirst, subcommand_metavar="FOLDER [OPTIONS] | draft FOLDER [OPTIONS]")
def command() -> None:
    """Measure answers on your own articles and questions.

    FOLDER holds articles, in any format that `groundwire add` takes, and questions.jsonl. The questions are asked of a
    service that is started for it. `groundwire eval FOLDER --help` lists the options.

    Exit codes: 0 measured, and all that was promised held; 1 it did not; 2 folder or questions are wrong; 4 the service
    does not answer; 5 it cannot start.
    """


@command.command("measure")
@click.argument("folder", type=FOLDER)
@click.option("--base", metavar="URL", help="Ask the service there; the articles are added to it and stay.")
@click.option("--model", help="The model to answer with, as in GROUNDWIRE_MODEL.")
@click.option("--limit", type=click.IntRange(1), help="Ask this many: a fixed slice in the set's proportions.")
@click.option("--part", type=click.Choice(["dev", "test"]), help="Ask one half of the questions only.")
@click.option("--at-least", type=click.FloatRange(0, 1), help="Exit with 1 where a smaller share is right.")
@click.option("--out", type=FOLDER, help="Folder for the results; default: FOLDER-results, beside it.")
@json_option
@click.pass_context
def measure(
    ctx: click.Context,
    /,
    folder: Path,
    base: str | None,
    model: str | None,
    out: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Ask the questions of FOLDER and print how right the answers are; what FOLDER alone does too."""
    from evals.own import measure as measured
    from evals.own import read_own

    if base and model:
        raise click.UsageError("--model chooses the model of a service started here; the one at --base has its own")
    own = read_own(folder)
    result = measured(own.found, out or _beside(folder), _progress("asking"), base=base, model=model, **chosen)
    (_print_json if as_json else _print)(own, result)
    ctx.exit(MISSED if result.missed else 0)


@command.command("draft")
@click.argument("folder", type=FOLDER)
@click.option("--out", type=FOLDER, help="File for the questions; default: questions.jsonl in FOLDER.")
@click.option("--each", type=click.IntRange(1, 50), default=3, show_default=True, help="Most questions an article.")
@click.option("--model", help="The model to write with, as in GROUNDWIRE_MODEL.")
@json_option
@click.pass_context
def draft(ctx: click.Context, folder: Path, out: Path | None, each: int, model: str | None, as_json: bool) -> None:
    """Propose questions from the articles of FOLDER, for you to review.

    Each has an answer and the sentence that holds it, and is marked "reviewed": false. Read them, correct or delete
    what is wrong, and set it to true. Ends with exit code 1 when no question passed the checks.
    """
    from evals.own import QUESTIONS, read_articles
    from rag.errors import InvalidInput

    place = out or folder / QUESTIONS
    if place.exists():
        raise InvalidInput(f"{place} is there already; name another file with --out", "out")
    if not place.parent.is_dir():
        raise InvalidInput(f"{place.parent} does not exist", "out" if out else "folder")
    documents, unread = read_articles(folder)
    if not documents:
        raise InvalidInput(f"{folder} holds no article that can be read", "folder")
    drafted = _drafted(documents, each, model, _progress("drafting"))
    place.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in drafted.rows), encoding="utf-8")
    if as_json:
        report = {"questions": len(drafted.rows), "dropped": drafted.dropped, "written_to": str(place)}
        print_json(report | {"articles": len(documents), "unread": [shown(one.id) for one in unread]})
    else:
        _print_drafted(drafted, place, len(documents))
    ctx.exit(0 if drafted.rows else MISSED)


def _drafted(documents: list[Any], each: int, model: str | None, progress: Callable[[int, int], None]) -> Drafted:
    import asyncio
    import tempfile

    from evals.draft import draft as proposed
    from evals.service import serving_model
    from rag.compose import open_model
    from rag.settings import load_settings

    with (
        tempfile.TemporaryDirectory(prefix="groundwire-draft-") as logs,
        serving_model(Path(logs) / "model.log", model) as where,
    ):
        url, key = where.get("GROUNDWIRE_MODEL_URL"), where.get("GROUNDWIRE_MODEL_KEY")
        settings = load_settings(model=where["GROUNDWIRE_MODEL"], model_url=url, model_key=key)
        return asyncio.run(proposed(open_model(settings), documents, each, progress))


def _print(own: Own, result: Measured) -> None:
    from evals import report

    run = result.run
    click.echo(
        f"{own.found.name}: {len(run.outcomes)} questions, {len(own.found.documents)} articles, model {run.model}"
    )
    for line in ["", *report.table(run)]:
        click.echo(shown(line))
    wrong = report.failures(run)
    for line in ["", "Wrong:", *wrong] if wrong else []:
        click.echo(shown(line))
    click.echo("")
    if own.unread:
        named = ", ".join(f"{one.id} ({one.code})" for one in own.unread[:MOST_SHOWN])
        click.echo(shown(f"{len(own.unread)} could not be read: {named}"))
    if result.unreviewed:
        count = f"{result.unreviewed} of {len(run.outcomes)} questions"
        click.echo(f"{count} were proposed by a model and not reviewed yet: read them before the figures are believed")
    for line in result.doubts:
        click.echo(shown(f"is this meant? {line}"))
    for line in result.missed:
        click.echo(shown(f"missed: {line}"))
    click.echo(f"written to {result.path}")


def _print_json(own: Own, result: Measured) -> None:
    from dataclasses import asdict

    from evals import report

    print_json(
        report.summary(result.run, result.recipe)
        | {
            "articles": len(own.found.documents),
            "unread": [asdict(one) for one in own.unread],
            "unreviewed": result.unreviewed,
            "doubts": list(result.doubts),
            "missed": list(result.missed),
            "written_to": str(result.path),
        }
    )


def _print_drafted(drafted: Drafted, place: Path, articles: int) -> None:
    total = sum(drafted.dropped.values())
    click.echo(f"{len(drafted.rows)} questions from {articles} articles, {total} dropped")
    for reason, count in sorted(drafted.dropped.items()):
        click.echo(f"  {count:>4}  {reason}")
    click.echo(f"written to {place}, each marked as not reviewed")
    click.echo("Add questions that your articles do not answer: without them refusals are not measured.")


def _beside(folder: Path) -> Path:
    place = folder.resolve()
    return place.with_name(f"{place.stem if place.is_file() else place.name}-results")


def _progress(label: str) -> Callable[[int, int], None]:
    """Counts on the terminal, where standard error is one."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{label} {done}/{total}", nl=done == total, err=True)

    return show
