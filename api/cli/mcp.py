"""`groundwire mcp`."""

from __future__ import annotations

import asyncio

import click

from api.cli.common import base_option, client


@click.command("mcp")
@base_option
def command(base: str | None) -> None:
    """Offer a running service to a program that speaks the Model Context Protocol, over standard input and output.

    Ends when its input does. The service need not run yet; what is asked before it does is told so.
    """
    asyncio.run(_serve(client(base).base))


async def _serve(base: str) -> None:
    from mcp.server.stdio import stdio_server

    from api.mcp import server
    from api.remote.aio import AsyncClient

    async with AsyncClient(base) as service, stdio_server() as (incoming, outgoing):
        tools = server(service)
        await tools.run(incoming, outgoing, tools.create_initialization_options())
