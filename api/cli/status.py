"""`groundwire status`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api import runtime
from api.cli.common import json_option, print_json
from api.client import Client
from rag.errors import GroundwireError

if TYPE_CHECKING:
    from rag.settings import Settings

MB = 2**20
LOW_DISK = 500 * MB
FAILED, NOT_RUNNING = 1, 4

Row = dict[str, Any]


@click.command("status")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show what runs, what it takes, what it holds, and what to do about each problem.

    Ends with exit code 1 when something is wrong, 4 when the service is not running.
    """
    from rag.settings import load_settings

    settings = load_settings()
    running = runtime.read(settings.data)
    report: Row = {
        "running": running is not None,
        "base": running.base if running else None,
        "parts": _parts(running),
        "processes": _processes(running),
        "collection": _collection(settings),
        "disk": _disk(settings),
    }
    report["memory"] = {kind: sum(row[kind] for row in report["processes"]) for kind in ("rss", "pss")}
    report["problems"] = _problems(settings, report)
    if as_json:
        print_json(report)
    else:
        _print(report)
    ctx.exit(NOT_RUNNING if not running else FAILED if report["problems"] else 0)


def _parts(running: runtime.Runtime | None) -> dict[str, Row]:
    if running is None:
        return {}
    try:
        parts: dict[str, Row] = Client(running.base, timeout=10).call("GET", "/readyz", also=(503,))[1]["parts"]
    except (GroundwireError, KeyError) as error:
        return {"api": {"ok": False, "detail": str(error)}}
    return parts


def _processes(running: runtime.Runtime | None) -> list[Row]:
    if running is None:
        return []
    supervisor = {"name": "supervisor", "pid": running.pid, "state": "running", "restarts": 0, "log": ""}
    children = ({key: getattr(child, key) for key in (*supervisor, "reason")} for child in running.children)
    return [row | _memory(row["pid"]) for row in (supervisor, *children)]


def _memory(pid: int | None) -> dict[str, int]:
    """Bytes: resident, and proportionally shared where the system tells (else resident again)."""
    import psutil

    try:
        memory = psutil.Process(pid).memory_full_info() if pid else None
    except psutil.Error:
        memory = None
    return {"rss": memory.rss if memory else 0, "pss": getattr(memory, "pss", memory.rss) if memory else 0}


def _collection(settings: Settings) -> Row:
    """What the store of the default collection holds; read from the file, so the service need not run."""
    from dataclasses import asdict

    from rag.store import Store

    if not settings.store_path.is_file():
        return {}
    store = Store.open(settings.store_path)
    try:
        return asdict(store.counts())
    finally:
        store.close()


def _disk(settings: Settings) -> Row:
    places = {
        "store": settings.store_path,
        "collections": settings.collections_path,
        "chroma": settings.chroma_path,
        "logs": settings.log_path,
    }
    sizes = {name: _size(path) for name, path in (places | {"weights": settings.weights_path}).items()}
    return sizes | {"free": shutil.disk_usage(_existing(settings.data.resolve())).free}


def _size(path: Path) -> int:
    if path.is_file():
        return sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _problems(settings: Settings, report: Row) -> list[str]:
    """Each with what to do about it."""
    problems = []
    if not report["running"]:
        problems.append(f"no service is running on {settings.data.resolve()}; start it with `groundwire serve`")
    for name, part in report["parts"].items():
        if not part["ok"]:
            problems.append(f"{name}: {part['detail'] or 'not ready'}")
    for row in report["processes"]:
        if row["state"] == "broken":
            problems.append(f"{row['name']} {row['reason']} too often; read {row['log']}, then start the service again")
    problems += _missing_weights(settings)
    if report["disk"]["free"] < LOW_DISK:
        problems.append(f"only {report['disk']['free'] // MB} MB are free on the disk of {settings.data}; make room")
    return problems


def _missing_weights(settings: Settings) -> list[str]:
    from rag import weights

    wanted = [settings.embedder, *([] if settings.model_url else [settings.model])]
    entries = [weights.catalogue()[name] for name in wanted if name in weights.catalogue()]
    absent = [entry.name for entry in entries if not weights.stamped(entry, weights.path_of(settings, entry.name))]
    return [f"weights {name} are not there or not verified; run `groundwire models --fetch {name}`" for name in absent]


def _print(report: Row) -> None:
    click.echo(f"running at {report['base']}" if report["running"] else "not running")
    for name, part in report["parts"].items():
        click.echo(f"  {name:<10} {'ok' if part['ok'] else part['detail'] or 'not ready'}")
    if report["processes"]:
        click.echo("\nprocess        pid     state      restarts   resident     shared out")
    for row in report["processes"]:
        numbers = f"{row['restarts']:>8} {row['rss'] / MB:>8,.0f} MB {row['pss'] / MB:>10,.0f} MB"
        click.echo(f"{row['name']:<12} {row['pid'] or '-':>7}   {row['state']:<9} {numbers}")
    if report["processes"]:
        click.echo(f"{'all':<32} {report['memory']['rss'] / MB:>17,.0f} MB {report['memory']['pss'] / MB:>10,.0f} MB")
    held = report["collection"]
    click.echo(
        "\nholds " + (", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in held.items()) or "nothing yet")
    )
    click.echo("disk  " + ", ".join(f"{name} {size / MB:,.0f} MB" for name, size in report["disk"].items()))
    for problem in report["problems"]:
        click.echo(f"! {problem}")
