"""One run: every question asked over HTTP, then a few asked again, and everything needed to read the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evals.client import Client
from evals.measures import share
from evals.outcomes import Outcome, differences, judge
from evals.questions import GoldQuestion

Progress = Callable[[int, int], None]
SEARCH_LIMIT = 10
ASKED_TWICE = 5


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes in the order asked and the bodies behind them, and the ids of the questions asked twice.

    `repeats` holds for each of those the fields in which the second reply differed from the first.
    """

    outcomes: tuple[Outcome, ...]
    bodies: tuple[dict[str, Any], ...]
    repeats: dict[str, list[str]]
    model: str

    @property
    def same_answer_twice(self) -> float | None:
        return share(not different for different in self.repeats.values())


def ask_all(client: Client, questions: Sequence[GoldQuestion], progress: Progress) -> Run:
    """Asks one after another, so that a latency is that of an idle service."""
    outcomes: list[Outcome] = []
    bodies: list[dict[str, Any]] = []
    for number, question in enumerate(questions, 1):
        passages = client.search(question.body(), SEARCH_LIMIT)
        reply = client.ask(asked(question))
        outcomes.append(judge(question, reply, passages, client.text))
        bodies.append(reply.body)
        progress(number, len(questions))
    again = {
        questions[at].id: differences(bodies[at], client.ask(asked(questions[at])).body)
        for at in spread(len(questions), ASKED_TWICE)
    }
    return Run(tuple(outcomes), tuple(bodies), again, next((body["model"] for body in bodies if body.get("model")), ""))


def asked(question: GoldQuestion) -> dict[str, Any]:
    """The request that asks a question of a run: explained, so that a failure can be read."""
    return question.body() | {"explain": True}


def spread(count: int, places: int) -> list[int]:
    """At most `places` indices below `count`, evenly spread.

    >>> spread(10, 3), spread(2, 5)
    ([0, 3, 6], [0, 1])
    """
    return sorted({place * count // places for place in range(places)}) if count else []
