"""What a run of `pytest evals` asks: one set by its options, or the fixed slice of every set that ships here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.questions import GoldQuestion, QuestionSet, choose
from evals.reference import SETS
from evals.run import ASKED_TWICE
from evals.slices import CI, Slice
from rag.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Plan:
    """One set and which of its questions are asked. `again` of them are asked a second time at the end."""

    place: Path
    part: str | None = None
    limit: int | None = None
    again: int = ASKED_TWICE
    slice: Slice | None = None

    @property
    def name(self) -> str:
        return self.place.resolve().name

    def questions(self, found: QuestionSet) -> list[GoldQuestion]:
        """Raises `InvalidInput` where none is left."""
        asked = self.slice.of(found.questions) if self.slice else choose(found.questions, self.limit, self.part)
        if not asked:
            told = f"; it has {len(found.questions)}, none of them in part {self.part}" if found.questions else ""
            raise InvalidInput(f"no question of {found.name} is asked with these options{told}", "set")
        return asked

    def recipe(self, found: QuestionSet) -> dict[str, Any]:
        return {"set": found.name, "part": self.part or "all", "limit": self.limit}


def plans(options: Mapping[str, Any]) -> tuple[Plan, ...]:
    """`options` has `slice`, `set`, `part` and `limit`. Raises `InvalidInput` for the slice beside another."""
    if not options["slice"]:
        return (Plan(options["set"] or SETS / "seeds", options["part"], options["limit"]),)
    if given := [f"--{name}" for name in ("set", "part", "limit") if options[name] is not None]:
        raise InvalidInput(f"--slice has its own sets, parts and limits; leave out {', '.join(given)}", "slice")
    return tuple(Plan(SETS / one.set, one.part, one.limit, one.again, one) for one in CI)
