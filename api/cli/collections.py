"""`groundwire collections`."""

from __future__ import annotations

from urllib.parse import quote

import click

from api.cli.common import base_option, client, json_option, print_json


@click.command("collections")
@click.option("--delete", metavar="NAME", help="Remove this collection with all that is in it, for good.")
@base_option
@json_option
def command(delete: str | None, base: str | None, as_json: bool) -> None:
    """List the collections and how much is in each; `groundwire add --collection NAME` makes one."""
    service = client(base)
    if delete is not None:
        service.call("DELETE", f"/v1/collections/{quote(delete, safe='')}")
    found = service.get("/v1/collections")
    if as_json:
        print_json(found)
        return
    for each in found["collections"]:
        waiting = f", {each['waiting']:,} waiting" if each["waiting"] else ""
        click.echo(f"{each['name']:<20} {each['documents']:,} documents, {each['passages']:,} passages{waiting}")
