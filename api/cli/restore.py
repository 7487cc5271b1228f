"""`groundwire restore`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in place of the collection that is in the data folder.")
def command(file: Path, replace: bool) -> None:
    """Put the collection of a backup into the data folder, and rebuild Chroma from its vectors.

    The backup is checked whole before anything is changed. No service may run on the data folder, and it must
    hold no collection unless --replace is given.
    """
    from api import runtime
    from api.cli.reindex import reindex_alone
    from rag.errors import BackupError
    from rag.settings import load_settings
    from rag.store.backup import restore

    settings = load_settings()
    with runtime.alone(settings.data):
        if settings.store_path.exists() and not replace:
            raise BackupError(
                f"{settings.data.resolve()} holds a collection; choose an empty folder with GROUNDWIRE_DATA, "
                "or give --replace to have it replaced"
            )
        manifest = restore(file, settings.store_path, lambda: shutil.rmtree(settings.chroma_path, ignore_errors=True))
        held = ", ".join(f"{count:,} {name}" for name, count in manifest.total.items())
        click.echo(f"{settings.data.resolve()} holds the backup of {manifest.made_at}: {held}")
        reindex_alone(settings)
