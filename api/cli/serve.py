"""`groundwire serve`."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("serve")
@click.option("--host", help="Address to bind to; loopback only as long as there is no API key.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to bind to; 0 takes a free one.")
@click.option("--home", type=FOLDER, help="Folder of the weights.")
@click.option("--data", type=FOLDER, help="Folder of the store, Chroma and logs.")
@click.option("--model", help="A name listed by `groundwire models`, or provider:model.")
@click.option("--seeds/--no-seeds", default=None, help="Whether to add the articles of seeds/.")
@click.pass_context
def command(
    ctx: click.Context,
    host: str | None,
    port: int | None,
    home: Path | None,
    data: Path | None,
    model: str | None,
    seeds: bool | None,
) -> None:
    """Start the service and keep it running, until Ctrl-C."""
    from api.supervise import serve
    from rag.settings import load_settings

    settings = load_settings(host=host, port=port, home=home, data=data, model=model, seeds=seeds)
    ctx.exit(serve(settings, click.echo))
