"""docs/troubleshooting.md has a row for every code that a client or a person at a terminal can be told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.cli import NAMED
from api.errors import CODES

PAGE = (Path(__file__).parents[1] / "docs" / "troubleshooting.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (?:(\d+) )?\|", PAGE, re.M))


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_a_reply_is_explained_with_its_status(code: str) -> None:
    assert ROWS[code] == str(CODES[code])


def test_every_code_at_the_terminal_is_explained_and_no_other() -> None:
    assert ROWS.keys() == CODES.keys() | NAMED
