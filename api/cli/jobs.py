"""`groundwire jobs`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from api.cli.common import base_option, client, collection_option, json_option, print_json, shown
from api.client import Body

STATES = ("queued", "running", "succeeded", "failed")


@click.group("jobs", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show the batches of documents that were added, and queue again what was given up.

    Without a command it lists the latest.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed, limit=20, state=None, collection="", base=None, as_json=False)


@command.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many at most.")
@collection_option
@base_option
@json_option
def listed(limit: int, state: str | None, collection: str, base: str | None, as_json: bool) -> None:
    """List the latest jobs, newest first."""
    reply = client(base, collection).get(f"/v1/jobs?limit={limit}" + (f"&state={state}" if state else ""))
    if as_json:
        print_json(reply)
        return
    for job in reply["jobs"]:
        click.echo(f"{job['job_id']}  {job['created_at'][:19]}  {job['state']:<9}  {summary(job)}")


@command.command("show")
@click.argument("job_id", metavar="JOB")
@click.option("--failures", is_flag=True, help="All failures, instead of the first.")
@collection_option
@base_option
@json_option
def show(job_id: str, failures: bool, collection: str, base: str | None, as_json: bool) -> None:
    """Show how far a job is, how long it takes, and what failed."""
    service = client(base, collection)
    within = f" --collection {collection}" if collection else ""
    job = service.get(f"/v1/jobs/{quote(job_id, safe='')}")
    cursor: str | None = ""
    if failures:
        job["failures"] = []
        while cursor is not None:
            page = service.get(f"/v1/jobs/{quote(job_id, safe='')}/failures?limit=1000&cursor={cursor or 0}")
            job["failures"] += page["failures"]
            cursor = page["next_cursor"]
    if as_json:
        print_json(job)
        return
    click.echo(f"{job['job_id']}  {job['state']}")
    click.echo(summary(job))
    stream = job.get("stream")
    if stream:
        click.echo(
            f"stream {stream['state'].replace('_', ' ')} after {stream['lines']:,} lines {stream['detail']}".rstrip()
        )
    for failure in job["failures"]:
        click.echo(shown(f"  {failure['id']}: {failure['detail']} ({failure['code']})"))
    more = job["counts"]["failed"] - len(job["failures"])
    if more > 0:
        click.echo(f"  and {more:,} more; `groundwire jobs show {job['job_id']} --failures{within}` lists all")
    if job["dead_letters"]:
        click.echo(f"{job['dead_letters']:,} can be tried again: `groundwire jobs requeue {job['job_id']}{within}`")


@command.command("requeue")
@click.argument("job_id", metavar="JOB")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@collection_option
@base_option
@json_option
def requeue(job_id: str, ids: tuple[str, ...], collection: str, base: str | None, as_json: bool) -> None:
    """Queue again what was given up in a job after too many tries: all of it, or the documents with these IDs."""
    body: Body = {"ids": list(ids)} if ids else {}
    reply = client(base).post(_path(job_id, "requeue", collection), body)
    if as_json:
        print_json(reply)
        return
    click.echo(f"{reply['requeued']:,} queued again")
    if reply["superseded"]:
        click.echo(f"{reply['superseded']:,} left out, since they were submitted again meanwhile")


@command.command("cancel")
@click.argument("job_id", metavar="JOB")
@collection_option
@base_option
@json_option
def cancel(job_id: str, collection: str, base: str | None, as_json: bool) -> None:
    """End a job: what is not taken in yet never is. What was taken in stays."""
    job = client(base).post(_path(job_id, "cancel", collection), {})
    if as_json:
        print_json(job)
    else:
        click.echo(f"{job['job_id']}  {job['state']}  {summary(job)}")


def _path(job_id: str, what: str, collection: str) -> str:
    """Where something is asked of a job; which collection it is in stands in the query."""
    within = f"?collection={quote(collection, safe='')}" if collection else ""
    return f"/v1/jobs/{quote(job_id, safe='')}/{what}{within}"


def summary(job: dict[str, Any]) -> str:
    """Counts, and how fast it goes."""
    counts = job["counts"]
    done = sum(counts[name] for name in ("added", "updated", "unchanged", "failed"))
    parts = [f"{done:,} of {counts['total']:,}"]
    parts += [f"{counts[name]:,} {name}" for name in ("added", "updated", "unchanged", "failed") if counts[name]]
    return ", ".join(parts + ([speed(job)] if speed(job) else []))


def speed(job: dict[str, Any]) -> str:
    """Such as `12.5/s, 3:20 left`; nothing where neither is known."""
    known = []
    if job.get("rate_per_second") is not None:
        known.append(f"{job['rate_per_second']:,.1f}/s")
    if job.get("seconds_left") is not None:
        minutes, seconds = divmod(round(job["seconds_left"]), 60)
        hours, minutes = divmod(minutes, 60)
        known.append((f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}") + " left")
    return ", ".join(known)
