"""`groundwire mcp`."""

from __future__ import annotations

import asyncio

import click

from api.cli.common import base_option, client, collection_option, key


@click.command("mcp")
@collection_option
@base_option
def command(base: str | None, collection: str) -> None:
    """Offer a running service to a program that speaks the Model Context Protocol, over standard input and output.

    Ends when its input does. The service need not run yet; what is asked before it does is told so.
    """
    asyncio.run(_serve(client(base).base, key(), collection or None))


async def _serve(base: str, key: str, collection: str | None) -> None:
    from mcp.server.stdio import stdio_server

    from api.mcp import server
    from api.remote.aio import AsyncClient

    async with AsyncClient(base, key=key, collection=collection) as service, stdio_server() as (incoming, outgoing):
        tools = server(service)
        await tools.run(incoming, outgoing, tools.create_initialization_options())
