"""One run: every question asked over HTTP, then a few asked again, and everything needed to read the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evals.client import Client, Reply, SearchFailed
from evals.measures import share
from evals.outcomes import SEARCHED_ONLY, Outcome, differences, judge
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


def ask_all(client: Client, questions: Sequence[GoldQuestion], progress: Progress, again: int = ASKED_TWICE) -> Run:
    """Asks one after another, so that a latency is that of an idle service; `again` of them a second time."""
    outcomes: list[Outcome] = []
    bodies: list[dict[str, Any]] = []
    for number, question in enumerate(questions, 1):
        outcome, body = ask_one(client, question)
        outcomes.append(outcome)
        bodies.append(body)
        progress(number, len(questions))
    repeats = asked_again(client, questions, bodies, again)
    model = next((body["model"] for body in bodies if body.get("model")), "")
    return Run(tuple(outcomes), tuple(bodies), repeats, model)


def ask_one(client: Client, question: GoldQuestion) -> tuple[Outcome, dict[str, Any]]:
    """What one question came to, and the body of the reply. One that is about retrieval only is just searched for.

    Where the search fails the question has, and is not asked.
    """
    began = time.perf_counter()
    try:
        passages = client.search(question.body(), SEARCH_LIMIT)
    except SearchFailed as error:
        return judge(question, Reply({}, time.perf_counter() - began, str(error)), (), client.text), {}
    if question.retrieval_only:
        reply = Reply(dict(SEARCHED_ONLY), time.perf_counter() - began)
    else:
        reply = client.ask(asked(question))
    return judge(question, reply, passages, client.text), reply.body


def asked(question: GoldQuestion) -> dict[str, Any]:
    """The request that asks a question of a run: explained, so that a failure can be read."""
    return question.body() | {"explain": True}


def asked_again(
    client: Client, questions: Sequence[GoldQuestion], bodies: Sequence[dict[str, Any]], again: int = ASKED_TWICE
) -> dict[str, list[str]]:
    """A few of the questions asked a second time: by id, the fields in which the reply is another one."""
    places = [at for at, question in enumerate(questions) if not question.retrieval_only]
    return {
        questions[at].id: differences(bodies[at], client.ask(asked(questions[at])).body)
        for at in (places[place] for place in spread(len(places), again))
    }


def spread(count: int, places: int) -> list[int]:
    """At most `places` indices below `count`, evenly spread.

    >>> spread(10, 3), spread(2, 5)
    ([0, 3, 6], [0, 1])
    """
    return sorted({place * count // places for place in range(places)}) if count else []
