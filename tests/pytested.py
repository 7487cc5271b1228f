"""pytest within pytest: a run in this process, which has imported already what takes a new one seconds to import."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from tests.readme import ROOT

# `-s` since the run around this one captures already; faulthandler can be set up once a process only.
WITHIN = (
    "-q",
    "-s",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
    f"--rootdir={ROOT}",
    f"-c{ROOT}/pyproject.toml",
)


@dataclass(frozen=True, slots=True)
class Ran:
    """The exit code of a run and all that it printed, errors included."""

    code: int
    told: str


def pytest_run(*arguments: str) -> Ran:
    """Runs what is named, as at the top of the repository. A path is absolute, or one of its folders or files."""
    named = [str(ROOT / word) if (ROOT / word).exists() else word for word in arguments]
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        code = pytest.main([*named, *WITHIN])
    return Ran(int(code), told.getvalue())
