"""`groundwire backup`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Copy every collection to FILE, a tar, as it stands at this moment.

    The service may run and take documents in meanwhile. Everything is in it but the weights, which are fetched,
    and Chroma's folder, which `groundwire restore` makes anew.
    """
    from rag.settings import load_settings
    from rag.store.backup import back_up

    manifest = back_up(load_settings().store_path, file)
    held = ", ".join(f"{count:,} {name}" for name, count in manifest.total.items())
    stores = (manifest, *manifest.collections.values())
    size = sum(each.bytes for each in stores) / 2**20
    where = f" in {len(stores)} collections" if len(stores) > 1 else ""
    click.echo(f"{file}: {held}{where}; {size:,.1f} MB")
