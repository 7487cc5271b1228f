"""What starts real services is begun first and in one worker, so that none of them waits for it at the end."""

from __future__ import annotations

from tests.readme import ROOT
from tests.schedule import LONGEST, place


def test_every_folder_that_is_begun_first_is_there() -> None:
    assert all((ROOT / folder).is_dir() for together in LONGEST for folder in together)


def test_the_longest_come_first_in_their_order_and_the_rest_stays_as_it_was_collected() -> None:
    collected = ["tests/api/b.py", "tests/browser/a.py", "tests/e2e/a.py", "tests/faults/a.py", "tests/api/a.py"]
    ran = sorted(collected, key=place)
    assert ran == ["tests/e2e/a.py", "tests/faults/a.py", "tests/browser/a.py", "tests/api/b.py", "tests/api/a.py"]
