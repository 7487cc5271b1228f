"""`groundwire eval` and `groundwire eval draft`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import FAILED
from api.cli.common import json_option, print_json, shown

if TYPE_CHECKING:
    from evals.draft import Drafted
    from evals.own import Measured, Own

FOLDER = click.Path(path_type=Path)
MEASURE = "measure"
WITHOUT = ("lexical", "dense", "fusion", "rank", "verification", "time")
"""As `evals.measuring.PARTS`, which takes a second to import; a test holds that they are the same."""
MOST_SHOWN = 20


class FolderFirst(click.Group):
    """A first argument that is no command is the folder to measure on. A folder named as one is ./draft."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [MEASURE, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Those of measuring too: it is what a folder alone does."""
        options = [option for option in self.commands[MEASURE].get_params(ctx) if isinstance(option, click.Option)]
        with formatter.section("Options"):
            formatter.write_dl([record for option in options if (record := option.get_help_record(ctx))])
        self.format_commands(ctx, formatter)


@click.group(
    "eval", cls=FolderFirst, options_metavar="", subcommand_metavar="FOLDER [OPTIONS] | draft FOLDER [OPTIONS]"
)
def command() -> None:
    """Measure answers on your own articles and questions.

    FOLDER holds articles, in any format that `groundwire add` takes, and questions.jsonl; a public set (SQuAD,
    MultiHop-RAG, RGB, BEIR) will do as it is published. The questions are asked of a service started for it, which
    ends with it. A table is printed; results and a page to read are written beside FOLDER.

    \b
    groundwire eval draft news/                   propose questions, for you to review
    groundwire eval news/                         ask them
    groundwire eval news/ --update-baseline       ... and keep what came of it
    groundwire eval news/ --model qwen2.5-0.5b    what does another model change?
    groundwire eval news/ --without lexical       what is a part of the engine worth?

    Exit codes: 0 measured, and all that was promised held; 1 it did not; 2 folder or questions are wrong; 4 the service
    does not answer; 5 it cannot start.
    """


@command.command(MEASURE, hidden=True)
@click.argument("folder", type=FOLDER)
@click.option("--limit", type=click.IntRange(1), help="Ask this many: a fixed slice in the set's proportions.")
@click.option("--part", type=click.Choice(["dev", "test"]), help="Ask one half only: choose on dev, report on test.")
@click.option("--model", metavar="NAME", help="The model to answer with, as in GROUNDWIRE_MODEL.")
@click.option("--without", type=click.Choice(WITHOUT), help="Leave out a part of the engine.")
@click.option("--compare", type=click.Choice(["plain"]), help="Ask a baseline the same, in turns.")
@click.option("--base", metavar="URL", help="Ask the service there; the articles are added to it and stay.")
@click.option("--collection", metavar="NAME", help="Add them to this collection of it; default: default.")
@click.option("--judge", metavar="MODEL", help="Let a chat model judge the answers too, reported apart.")
@click.option("--judge-url", metavar="URL", help="OpenAI-compatible endpoint that serves the judge.")
@click.option("--update-baseline", is_flag=True, help="Keep the results as what later runs are compared with.")
@click.option("--same-as", type=FOLDER, multiple=True, help="Earlier results that these are to equal to the byte.")
@click.option("--at-least", type=click.FloatRange(0, 1), help="Exit with 1 where a smaller share is right.")
@click.option("--out", type=FOLDER, help="Folder for results and page; default: FOLDER-results, beside it.")
@json_option
@click.pass_context
def measure(
    ctx: click.Context,
    /,
    folder: Path,
    out: Path | None,
    as_json: bool,
    limit: int | None,
    part: str | None,
    at_least: float | None,
    same_as: tuple[Path, ...],
    **chosen: Any,
) -> None:
    """Ask the questions of FOLDER and print how right the answers are; what FOLDER alone does too."""
    from evals.measuring import Options
    from evals.own import measure as measured
    from evals.own import read_own

    options = Options(out or _beside(folder), **{name: value for name, value in chosen.items() if value})
    options.check()
    own = read_own(folder)
    result = measured(folder, own.found, options, _progress, limit=limit, part=part, at_least=at_least, same_as=same_as)
    (_print_json if as_json else _print)(own, result)
    ctx.exit(FAILED if result.missed else 0)


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
    what is wrong, and set it to true. Of each article one question is also asked of a name that is in none of them:
    it is marked "answerable": false. Broken off, it goes on where it was when it is started again. Ends with exit code
    1 when no question passed the checks.
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
    drafted = _drafted(documents, each, model, place)
    if as_json:
        report = {"questions": len(drafted.rows), "dropped": drafted.dropped, "written_to": str(place)}
        report |= {"unanswerable": drafted.unanswerable, "taken_up": drafted.taken_up}
        print_json(report | {"articles": len(documents), "unread": [shown(one.id) for one in unread]})
    else:
        _print_drafted(drafted, place, len(documents))
    ctx.exit(0 if drafted.rows else FAILED)


def _drafted(documents: list[Any], each: int, model: str | None, place: Path) -> Drafted:
    import asyncio
    import tempfile

    from evals.draft import Journal
    from evals.draft import draft as proposed
    from evals.service import serving_model
    from rag.compose import open_model
    from rag.settings import load_settings

    with (
        tempfile.TemporaryDirectory(prefix="groundwire-draft-") as logs,
        serving_model(Path(logs) / "model.log", model) as where,
        Journal(place.with_name(f"{place.name}.part")) as journal,
    ):
        url, key = where.get("GROUNDWIRE_MODEL_URL"), where.get("GROUNDWIRE_MODEL_KEY")
        settings = load_settings(model=where["GROUNDWIRE_MODEL"], model_url=url, model_key=key)
        drafted = asyncio.run(proposed(open_model(settings), documents, each, _progress("drafting"), journal))
        with place.open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in drafted.rows)
        journal.done()
    return drafted


def _print(own: Own, result: Measured) -> None:
    run, found = result.done.run, own.found
    click.echo(f"{found.name}: {len(run.outcomes)} questions, {len(found.documents)} articles, model {run.model}")
    for line in ["", *result.done.told]:
        click.echo(shown(line))
    if own.unread:
        named = ", ".join(f"{one.id} ({one.code})" for one in own.unread[:MOST_SHOWN])
        click.echo(shown(f"{len(own.unread)} could not be read: {named}"))
    if result.unreviewed:
        count = f"{result.unreviewed} of {len(run.outcomes)} questions"
        click.echo(f"{count} were proposed by a model and not reviewed yet: read them before the figures are believed")
    for line in result.missed:
        click.echo(shown(f"missed: {line}"))


def _print_json(own: Own, result: Measured) -> None:
    from dataclasses import asdict

    from evals import judge, report, sidebyside
    from evals.gold import doubts

    done = result.done
    beside = {"beside": sidebyside.figures(done.run, done.beside)} if done.beside else {}
    judged = {"judge": judge.summary(done.judgement)} if done.judgement else {}
    print_json(
        report.summary(done.run, dict(done.recipe), done.comparison)
        | beside
        | judged
        | {
            "articles": len(own.found.documents),
            "unread": [asdict(one) for one in own.unread],
            "unreviewed": result.unreviewed,
            "doubts": doubts(done.questions),
            "missed": list(result.missed),
            "written_to": str(done.path),
            "page": str(done.page),
        }
    )


def _print_drafted(drafted: Drafted, place: Path, articles: int) -> None:
    total = sum(drafted.dropped.values())
    if drafted.taken_up:
        click.echo(f"taken up where it was broken off: {drafted.taken_up} were written before")
    click.echo(f"{len(drafted.rows)} questions from {articles} articles, {total} dropped")
    for reason, count in sorted(drafted.dropped.items()):
        click.echo(f"  {count:>4}  {reason}")
    click.echo(f"written to {place}, each marked as not reviewed")
    click.echo(
        f"{drafted.unanswerable} of them ask of a name that is in no article. Add others that your articles do not "
        "answer: without such questions refusals are not measured."
    )


def _beside(folder: Path) -> Path:
    place = folder.resolve()
    return place.with_name(f"{place.stem if place.is_file() else place.name}-results")


def _progress(label: str) -> Callable[[int, int], None]:
    """Counts on the terminal, where standard error is one."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{label} {done}/{total}", nl=done == total, err=True)

    return show
