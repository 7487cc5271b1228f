"""`groundwire status`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api import runtime
from api.cli import FAILED, NOT_READY
from api.cli.common import json_option, print_json
from api.client import Client
from rag.errors import GroundwireError

if TYPE_CHECKING:
    from rag.settings import Settings

MB = 2**20
LOW_DISK = 500 * MB

Row = dict[str, Any]


@click.command("status")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show what runs, what it takes, what it holds, and what to do about each problem.

    Ends with exit code 1 when something is wrong, 4 when the service is not running.
    """
    from api.cli.held import holdings, together
    from rag.settings import load_settings

    settings = load_settings()
    running = runtime.read(settings.data)
    held = holdings(settings)
    counts, ingest = together(held)
    report: Row = {
        "running": running is not None,
        "base": running.base if running else None,
        "parts": _parts(running),
        "processes": _processes(running),
        "collections": [each.row() for each in held],
        "collection": counts,
        "ingest": ingest,
        "disk": _disk(settings),
    }
    report["memory"] = {kind: sum(row[kind] for row in report["processes"]) for kind in ("rss", "pss")}
    report["problems"] = _problems(settings, report)
    if as_json:
        print_json(report)
    else:
        _print(report)
    ctx.exit(NOT_READY if not running else FAILED if report["problems"] else 0)


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


def _problems(settings: Settings, report: Row) -> list[Row]:
    """Each in one sentence, with what to do about it."""
    from api.cli import held

    here, logs = settings.data.resolve(), settings.log_path.resolve()
    found: list[tuple[str, str]] = []
    if not report["running"]:
        found.append((f"no service is running on {here}", "start it with `groundwire serve`"))
    for name, part in report["parts"].items():
        if not part["ok"]:
            found.append((f"{name}: {part['detail'] or 'not ready'}", _REMEDIES.get(name, _WAIT).format(logs=logs)))
    for row in report["processes"]:
        if row["state"] == "broken":
            what = f"{row['name']} {row['reason']} again and again"
            found.append((what, f"{row['log']} says why; it is tried every few minutes, and when the service starts"))
    for row in report["collections"]:
        found += held.problems(row, logs)
    found += [
        (f"weights {name} are not there or not verified", f"run `groundwire models --fetch {name}`")
        for name in _missing_weights(settings)
    ]
    if report["disk"]["free"] < LOW_DISK:
        what = f"only {report['disk']['free'] // MB} MB are free on the disk of {here}"
        found.append((what, "make room; documents wait meanwhile and questions are answered"))
    return [{"problem": what, "remedy": remedy} for what, remedy in found]


_WAIT = "wait; docs/troubleshooting.md has more"
_REMEDIES = {
    "store": "see that the disk has room and the data folder is writable",
    "index": "it is started and filled by itself; `groundwire reindex` rebuilds it now",
    "model": "it is started again by itself; if {logs}/model.log tells of memory, choose a smaller GROUNDWIRE_MODEL",
    "seeds": "wait until they are indexed",
    "api": "{logs}/api.log says what it does",
}


def _missing_weights(settings: Settings) -> list[str]:
    from rag import weights

    wanted = [settings.embedder, *([] if settings.model_url else [settings.model])]
    entries = [weights.catalogue()[name] for name in wanted if name in weights.catalogue()]
    return [entry.name for entry in entries if not weights.stamped(entry, weights.path_of(settings, entry.name))]


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
    for row in report["collections"] if len(report["collections"]) > 1 else []:
        waits = f", {row['waiting']:,} wait" if row.get("waiting") else ""
        known = f"{row['documents']:,} documents, {row['passages']:,} passages{waits}"
        click.echo(f"  {row['name']:<20} {known if 'error' not in row else 'cannot be read'}")
    if "waiting" in (ingest := report["ingest"]):
        lag = f", the oldest for {ingest['lag_seconds']:,.0f} s" if ingest["waiting"] else ""
        click.echo(f"queue {ingest['waiting']:,} documents wait{lag}; {ingest['failed']:,} failed in all jobs")
    click.echo("disk  " + ", ".join(f"{name} {size / MB:,.0f} MB" for name, size in report["disk"].items()))
    for problem in report["problems"]:
        click.echo(f"! {problem['problem']}\n  → {problem['remedy']}")
