"""The command line: `groundwire COMMAND`.

Exit codes: 0 done · 1 it failed · 2 the command or the request is wrong · 3 the question was refused ·
4 the service is not running or not ready · 5 settings, weights, disk or port keep it from starting.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from api.client import NotRunning, Problem
from rag.errors import (
    BackupTooNew,
    DataInUse,
    DataUnusable,
    DiskFull,
    GroundwireError,
    InvalidInput,
    Overloaded,
    PortTaken,
    ReadOnly,
    SetupError,
    Unavailable,
)

COMMANDS = (
    "serve",
    "ask",
    "search",
    "add",
    "jobs",
    "sync",
    "collections",
    "eval",
    "reindex",
    "backup",
    "restore",
    "status",
    "keys",
    "feedback",
    "models",
    "mcp",
    "version",
)
FAILED, WRONG, REFUSED, NOT_READY, NOT_SET_UP = 1, 2, 3, 4, 5
NAMED = frozenset(kind.code for kind in (PortTaken, DataUnusable, DataInUse, DiskFull, ReadOnly, BackupTooNew))
"""Codes that are said after the sentence: docs/troubleshooting.md has more on each."""
EPILOG = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 question refused, 4 service not ready, 5 cannot start."


class Commands(click.Group):
    """Each command is a module of this package, loaded when needed; an error becomes one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"api.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GroundwireError as error:
            click.echo(f"groundwire: {error}" + (f" [{error.code}]" if error.code in NAMED else ""), err=True)
            ctx.exit(exit_code(error))


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Ask a collection of articles, and see the exact sentence behind every claim."""


def exit_code(error: GroundwireError) -> int:
    if isinstance(error, SetupError):
        return NOT_SET_UP
    if isinstance(error, InvalidInput) or (isinstance(error, Problem) and 400 <= error.status < 500):
        return WRONG
    if isinstance(error, NotRunning | Unavailable | Overloaded) or (isinstance(error, Problem) and error.status == 503):
        return NOT_READY
    return FAILED
