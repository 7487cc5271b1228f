"""`groundwire models`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli import FAILED
from api.cli.common import json_option, print_json

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.weights import Weight

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("models")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--fetch", is_flag=True, help="Fetch what is missing: the NAMEs, or those that the settings choose.")
@click.option("--from", "folder", type=FOLDER, help="With --fetch: take the files from this folder.")
@click.option("--verify", is_flag=True, help="Hash the files anew: of the NAMEs, or of all that are here.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], fetch: bool, folder: Path | None, verify: bool, as_json: bool
) -> None:
    """List the weights there are, fetch them, or verify them."""
    from rag import weights
    from rag.settings import load_settings

    settings = load_settings()
    known = weights.catalogue()
    entries = [weights.weight(name) for name in names]
    if fetch:
        _fetch(settings, entries or [known[name] for name in _wanted(settings, known)], folder)
    elif verify:
        ctx.exit(_verify(settings, entries or [weight for weight in known.values() if _here(settings, weight)]))
    else:
        _list(settings, entries or list(known.values()), as_json)


def _wanted(settings: Settings, known: dict[str, Weight]) -> list[str]:
    """What the settings choose. A model served elsewhere needs no weights here."""
    model = [] if settings.model_url or settings.model not in known else [settings.model]
    return [settings.embedder, *model] if settings.embedder in known else model


def _fetch(settings: Settings, entries: Sequence[Weight], folder: Path | None) -> None:
    from rag import weights

    missing = [weight for weight in entries if not weights.stamped(weight, weights.path_of(settings, weight.name))]
    if not missing:
        return
    from api.cli.progress import shown
    from rag.carriers import Folder, carriers_of
    from rag.fetch import fetch

    for weight in missing:
        place = weights.path_of(settings, weight.name)
        with shown() as progress:
            fetched = fetch(weight, place, [Folder(folder)] if folder else carriers_of(weight), progress)
        done = "fetched and verified" if fetched else "verified"
        click.echo(f"{weight.name}: {done}, in {place} (licence {weight.licence}, {weight.licence_url})", err=True)


def _verify(settings: Settings, entries: Sequence[Weight]) -> int:
    from api.cli.progress import shown
    from rag import weights

    worst = 0
    for weight in entries:
        with shown() as progress:
            progress.begin(f"verifying {weight.name}", weight.size, 0)
            wrong = weights.verify(weight, weights.path_of(settings, weight.name), progress.advance)
        click.echo(f"{weight.name}: " + (f"missing or damaged: {', '.join(wrong)}" if wrong else "verified"))
        worst = FAILED if wrong else worst
    return worst


def _list(settings: Settings, entries: Sequence[Weight], as_json: bool) -> None:
    rows = [_row(settings, weight) for weight in entries]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        chosen = "  (chosen)" if row["chosen"] else ""
        click.echo(f"{row['name']:<18} {row['size'] / 10**6:>7,.0f} MB  {row['state']:<11} {row['purpose']}{chosen}")
        click.echo(f"{'':<18} {row['title']}, {row['licence']} ({row['licence_url']})")
        click.echo(f"{'':<18} choose it with {row['setting']}={row['name']}")
    click.echo(
        "\nGROUNDWIRE_MODEL may also be `provider:model` for any LangChain chat model, and GROUNDWIRE_MODEL_URL\n"
        "the address of an OpenAI-compatible endpoint; neither needs weights for a language model here."
    )


def _row(settings: Settings, weight: Weight) -> dict[str, Any]:
    from rag import weights

    verified = weights.stamped(weight, weights.path_of(settings, weight.name))
    return {
        "name": weight.name,
        "title": weight.title,
        "purpose": weight.purpose,
        "size": weight.size,
        "sha256": weight.digest,
        "licence": weight.licence,
        "licence_url": weight.licence_url,
        "state": "verified" if verified else "unverified" if _here(settings, weight) else "absent",
        "chosen": weight.name in {settings.model, settings.embedder},
        "setting": weight.setting,
    }


def _here(settings: Settings, weight: Weight) -> bool:
    from rag import weights

    return weights.path_of(settings, weight.name).is_dir()
