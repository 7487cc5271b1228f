"""What a refusal says: taken from the articles found, never from the model."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading import Reading
from rag.refuse import answering, gives_up, reason
from rag.types import Hit, Question, Status
from tests.rag.articles import hit, pool

ASKED = "How many workers of the harbour of Varn were paid in gold?"
NEAREST = hit(
    "A crane fell in the harbour of Varn.",
    "It hurt twelve workers.",
    title="Crane falls",
    published_at=datetime(2026, 3, 3, tzinfo=UTC),
)
FARTHER = hit("A choir won a contest in Lund.", rank=2, title="Choir wins")


def said(question: str, *hits: Hit, status: Status = Status.NOT_FOUND) -> str:
    found = pool(question, *hits)
    return reason(status, Question(question), Reading(found, np.zeros((len(found), 2), np.float32), {}))


def test_it_offers_what_the_nearest_article_mentions_and_names_what_it_does_not() -> None:
    assert said(ASKED, FARTHER, NEAREST).endswith(
        "The nearest is “Crane falls” (3 March 2026). It mentions “workers of the harbour of Varn” "
        "but not “paid in gold”."
    )


def test_an_article_that_mentions_all_is_said_to() -> None:
    assert said("Where in Varn is the harbour?", NEAREST).endswith("mentions “Varn is the harbour”.")


def test_a_question_that_only_refers_to_something_is_told_so() -> None:
    assert said("What is it?", NEAREST).startswith("The question only refers to something")


def test_an_article_that_mentions_nothing_is_said_to() -> None:
    assert said("Who drew Snowdonia?", FARTHER).endswith(
        "The nearest is “Choir wins”. It does not mention “drew Snowdonia”."
    )


def test_without_a_headline_it_is_an_article() -> None:
    assert "an article without a headline. It mentions “choir”" in said("Which choir?", hit("A choir won."))


def test_nothing_found_is_said() -> None:
    assert said(ASKED) == "No article that may be used for this question shares its subject."


def test_what_was_drafted_in_vain_is_said_otherwise() -> None:
    assert said(ASKED, NEAREST) != said(ASKED, NEAREST, status=Status.UNSUPPORTED)


@given(st.text(min_size=1).filter(str.strip))
def test_it_quotes_only_the_question_and_headlines(question: str) -> None:
    text = said(question, NEAREST)
    quoted = [part.partition("”")[0] for part in text.split("“")[1:]]
    assert all(part in (question, NEAREST.document.title) or part in question for part in quoted)


@pytest.mark.parametrize(
    "sentence",
    [
        "The passages do not mention it.",
        "It is not known.",
        "No information is given.",
        "There is no specific mention of it.",
        "It is not possible to determine who did.",
        "None of the passages name them.",
        "The provided text doesn’t name anybody.",
        "The article says nothing of it.",
        "I’m sorry, but that is beyond me.",
        "I cannot answer this.",
        "Not specified.",
        "Unknown.",
        "The minister did not say when, but he will go.",
    ],
)
def test_a_draft_that_says_there_is_no_answer_is_known(sentence: str) -> None:
    assert gives_up(sentence)
    assert answering(sentence) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "The crane was not inspected.",
        "Unknown gunmen killed five people.",
        "The police did not name the man.",
        "“I sell beer, I do not run auctions,” he said.",
        "The pilot could not be found.",
    ],
)
def test_a_denial_is_an_answer(sentence: str) -> None:
    assert answering(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("12 were saved, but the passages do not give their names.", "12 were saved."),
        ("It opens on Thursday; however, the exact time is not specified.", "It opens on Thursday."),
        ("While the text does not name a cause, the crane was old.", "The crane was old."),
        ("The passages do not say who, but they state that it was old.", "It was old."),
        ("The passages do not say who, but they do not say when either.", ""),
    ],
)
def test_the_half_that_only_says_what_is_left_open_goes(sentence: str, rest: str) -> None:
    assert answering(sentence) == rest
