"""Which worker of pytest-xdist runs which tests, and in what order: the longest first."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

LONGEST = (("tests/e2e/", "tests/faults/"), ("tests/browser/",))
"""Folders that take a minute or more. Those that stand together are for one worker, one after another.

So only one real model runs at a time, and what a folder shares is started once.
"""


def place(nodeid: str) -> tuple[int, int]:
    """Which of the `LONGEST` a test is in, and where it stands there; any other test comes after all of them.

    >>> place("tests/faults/test_kills.py::test_a"), place("tests/rag/test_fusion.py::test_b")
    ((0, 1), (2, 0))
    """
    for row, together in enumerate(LONGEST):
        for at, folder in enumerate(together):
            if nodeid.startswith(folder):
                return row, at
    return len(LONGEST), 0


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """`--dist loadfile` in the order in which the tests were collected, but for what is kept together in `LONGEST`.

    Left to itself it begins with the files of the most tests, and those are quick: the few tests that start real
    services would come last, and one worker would wait for the other.
    """

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        row, _ = place(nodeid)
        return " ".join(LONGEST[row]) if row < len(LONGEST) else super()._split_scope(nodeid)
