"""`groundwire search`."""

from __future__ import annotations

from typing import Any

import click

from api.cli.common import asked, asking, client, origin, print_json, shown


@click.command("search")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="How many passages.")
@asking
def command(question: str, limit: int, collection: str, base: str | None, as_json: bool, **narrowed: Any) -> None:
    """Print the passages that fit a QUESTION best, without a language model."""
    found = client(base, collection).post("/v1/search", asked(question, **narrowed) | {"limit": limit})
    if as_json:
        print_json(found)
        return
    for passage in found["passages"]:
        where = f"{passage['document_id']} [{passage['start']}:{passage['end']}]"
        click.echo(f"{passage['rank']}. {origin(passage)}  {shown(where)}  {passage['score']:.3f}")
        click.echo(f"   {shown(passage['text']).strip()}\n")
