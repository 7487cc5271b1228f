"""Requests made of the OpenAPI description, good and bad, and the replies held to it: `python -m evals.fuzz`.

schemathesis makes the requests. A service is started for them, with a scripted model behind it: first as it is, and
then with keys. What is found is printed with the `curl` that shows it, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema

from evals.service import COMMAND, serving, serving_scripted

PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHAT = "/v1/chat/completions"
LONGEST_MESSAGE = 600
LONGEST_KEY = 255
PATIENCE = 600.0

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reply has that the description does not, or a reply of 5xx. `shown` is a `curl` that asks for it."""

    operation: str
    check: str
    title: str
    message: str
    shown: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.title} ({self.check})\n{self.message[:LONGEST_MESSAGE]}\n{self.shown}\n"


@dataclass(slots=True)
class Fuzzed:
    """How many requests were made of each operation, and what was found, each thing once."""

    requests: Counter[str] = field(default_factory=Counter)
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    def add(self, label: str, check: str, failure: Failure, shown: str) -> None:
        operation = failure.operation or label
        found = Finding(operation, check, failure.title, failure.message, shown)
        self.findings.setdefault((operation, check, failure.title), found)


@schemathesis.serializer("application/x-ndjson")
def lines(ctx: Any, value: Any) -> bytes:  # noqa: ARG001 - schemathesis hands it in
    """A body of lines, as it was made or, where it is none, as whatever text it has."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001 - schemathesis hands them in
    """No key for another try twice: that a key belongs to one body is more than a schema can say."""
    if case.meta is not None and case.meta.generation.mode.is_negative:
        return  # it is meant to be wrong, and stays as it was made
    for name, value in list((case.headers or {}).items()):
        if name.lower() == "idempotency-key" and isinstance(value, str) and 0 < len(value) <= LONGEST_KEY:
            number = f"{next(_numbers):08}"
            case.headers[name] = value[: LONGEST_KEY - len(number)] + number


def fuzz(
    base: str,
    examples: int,
    *,
    seed: int = 1,
    phases: Sequence[str] = PHASES,
    headers: Mapping[str, str] | None = None,
    paths: Sequence[str] = (),
) -> Fuzzed:
    """Hold a running service to its description, with about so many `examples` an operation.

    The same seed makes the same requests. Only operations at `paths` are tried, if there are any. Raises whatever
    schemathesis could not go on from.
    """
    described = httpx.get(f"{base}/openapi.json", timeout=60, trust_env=False).raise_for_status().json()
    if paths:
        described["paths"] = {path: methods for path, methods in described["paths"].items() if path in paths}
        for operation in (each for methods in described["paths"].values() for each in methods.values()):
            for reply in operation["responses"].values():
                reply.pop("links", None)  # what they lead to may be left out
    config = _config(examples, seed, phases) | {"base-url": base, "headers": dict(headers or {})}
    schema = schemathesis.openapi.from_dict(described, config=SchemathesisConfig.from_dict(config))
    found = Fuzzed()
    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            raise event.value
        if isinstance(event, events.ScenarioFinished):
            for case, checks in event.recorder.checks.items():
                label = event.recorder.cases[case].value.operation.label
                for check in checks:
                    if check.failure_info:
                        reply = event.recorder.find_response(case_id=case)
                        shown = f"{check.failure_info.code_sample}\n{reply and (reply.status_code, reply.text[:300])}"
                        found.add(label, check.name, check.failure_info.failure, shown)
            for case in event.recorder.interactions:
                found.requests[event.recorder.cases[case].value.operation.label] += 1
    return found


def _config(examples: int, seed: int, phases: Sequence[str]) -> dict[str, Any]:
    return {
        "seed": seed,
        "continue-on-failure": True,
        "request-timeout": 150,
        "generation": {"max-examples": examples, "database": "none"},
        "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
        # That the last message of a user has text in it is more than a schema can say.
        # And that the default collection stays is said there, but not minded where its name came from a reply.
        "operations": [
            {"include-path": path, "checks": {"positive_data_acceptance": {"enabled": False}}}
            for path in (CHAT, "/v1/collections/{name}")
        ],
    }


@contextmanager
def started(folder: Path, *, keyed: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """A service on an empty data folder, with the seeds in it: its address, and the headers it wants."""
    folder.mkdir()
    data = folder / "data"
    headers: dict[str, str] = {}
    if keyed:
        command = [str(COMMAND), "keys", "create", "fuzz", "--scope", "ask", "--scope", "write"]
        environment = os.environ | {"GROUNDWIRE_DATA": str(data)}
        made = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        headers["Authorization"] = "Bearer " + next(word for word in made.stdout.split() if word.startswith("gw_"))
    with ExitStack() as stack:
        model = stack.enter_context(serving_scripted(folder / "model.log"))
        yield stack.enter_context(serving(data, environment=model, patience=PATIENCE)).base, headers


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=100, help="about how many for each operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=",".join(PHASES), help="of these, by commas")
    parser.add_argument("--keys", choices=("off", "on", "both"), default="both")
    parser.add_argument("--path", action="append", default=[], help="only this path; may be given several times")
    arguments = parser.parse_args()
    wrong = 0
    for keyed in {"off": (False,), "on": (True,), "both": (False, True)}[arguments.keys]:
        with (
            tempfile.TemporaryDirectory(prefix="groundwire-fuzz-") as folder,
            started(Path(folder) / "run", keyed=keyed) as (base, headers),
        ):
            print(f"fuzzing {base} {'with' if keyed else 'without'} keys", flush=True)
            phases = arguments.phases.split(",")
            made = {"seed": arguments.seed, "phases": phases, "headers": headers, "paths": arguments.path}
            found = fuzz(base, arguments.examples, **made)
        for operation, count in sorted(found.requests.items()):
            print(f"{count:>7} {operation}")
        print("\n".join(str(finding) for finding in found.findings.values()))
        print(f"{found.requests.total()} requests, {len(found.findings)} findings", flush=True)
        wrong += len(found.findings)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
