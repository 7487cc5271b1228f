"""`groundwire ask`."""

from __future__ import annotations

from typing import Any

import click

from api.cli import REFUSED
from api.cli.common import asked, asking, client, origin, print_json, shown
from api.client import Body, Client, Problem
from rag.errors import Unavailable

REFUSALS = frozenset({"not_found", "unsupported"})


@click.command("ask")
@asking
@click.pass_context
def command(
    ctx: click.Context, /, question: str, collection: str, base: str | None, as_json: bool, **narrowed: Any
) -> None:
    """Answer a QUESTION; each sentence is printed as soon as it is verified.

    Ends with exit code 3 when the collection does not answer it.
    """
    service = client(base, collection)
    body = asked(question, **narrowed)
    reply = service.post("/v1/ask", body) if as_json else _stream(service, body)
    if as_json:
        print_json(reply)
    elif reply["status"] in REFUSALS:
        click.echo(shown(reply["reason"]))
    else:
        _print_citations(reply)
    ctx.exit(REFUSED if reply["status"] in REFUSALS else 0)


def _stream(service: Client, body: Body) -> Body:
    """Prints the sentences as they come; returns the whole reply."""
    for event, data in service.events("/v1/ask", body):
        if event == "sentence":
            click.echo(shown(data["text"]) + " " + "".join(f"[{marker}]" for marker in data["citations"]))
        elif event == "answer":
            return data
        elif event == "error":
            raise Problem(int(data.get("status", 500)), data)
    raise Unavailable("service", "the answer broke off before it was complete")


def _print_citations(reply: Body) -> None:
    if reply["status"] == "conflicting":
        click.echo("\nThe sources disagree.")
    for citation in reply["citations"]:
        page = f", page {citation['page']}" if citation.get("page") else ""
        status = f", {citation['status']}" if citation.get("status") else ""
        click.echo(f"\n[{citation['marker']}] {origin(citation)}{page}{status}\n    “{shown(citation['quote'])}”")
