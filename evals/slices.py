"""The fixed slice that CI asks of the sets that ship here: which questions and how many. The one place to change it.

At some 6.5 s a question, and with those asked twice, it takes about four minutes on two cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.questions import GoldQuestion, by_hash, choose


@dataclass(frozen=True, slots=True)
class Slice:
    """So many questions of one part of a set in `evals/sets/`, and how many of them are asked a second time."""

    set: str
    limit: int
    part: str = "test"
    again: int = 2

    def of(self, questions: Sequence[GoldQuestion]) -> list[GoldQuestion]:
        """The share of unanswerable ones is that of the part; one of every type, then more of the frequent types.

        Which ones is decided by the hashes of their ids, so it is the same every time. In the set's order.
        """
        wanted = choose(questions, part=self.part)
        unanswerable = [question for question in wanted if not question.answerable]
        count = round(self.limit * len(unanswerable) / len(wanted)) if wanted else 0
        answerable = [question for question in wanted if question.answerable]
        chosen = _of_every_type(unanswerable, count) | _of_every_type(answerable, self.limit - count)
        return [question for question in wanted if question.id in chosen]


CI = (Slice("seeds", 10, again=1), Slice("newsroom", 16, again=1))


def _of_every_type(questions: Sequence[GoldQuestion], limit: int) -> set[str]:
    """The ids of the first question of every type, and of those that a cut in proportion adds, up to `limit`."""
    ordered = sorted(questions, key=by_hash)
    first = {question.type: question.id for question in reversed(ordered)}
    chosen = set(sorted(first.values())[:limit])
    # A larger cut has all that is in a smaller one, so that growing it shows which question is the next.
    for size in range(1, len(ordered) + 1):
        if len(chosen) < limit:
            chosen |= {question.id for question in choose(questions, size)}
    return chosen
