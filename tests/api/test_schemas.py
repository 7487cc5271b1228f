"""The examples that the OpenAPI page shows are true, and requests become what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from api import plain
from api.schemas import examples
from api.schemas.answers import FeedbackIn, FeedbackOut, KeptOut, SourcesOut
from api.schemas.around import Problem, ReadyOut
from api.schemas.asking import AnswerOut, AskIn, SearchIn, SearchOut
from api.schemas.chat import ChatIn, ChatOut
from api.schemas.documents import CollectionOut, DocumentsIn, FetchIn, JobOut, StoredOut, WholeOut

ARTICLE = Path(__file__).parents[2] / "seeds" / "000_fbce3f8ec0114fc5.txt"


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        (AskIn, examples.ASK),
        (SearchIn, examples.SEARCH),
        (SearchOut, examples.FOUND),
        (AnswerOut, examples.ANSWER),
        (AnswerOut, examples.REFUSAL),
        (AnswerOut, examples.EXPLAINED),
        (KeptOut, examples.KEPT),
        (FeedbackIn, examples.FEEDBACK),
        (FeedbackOut, examples.MARKED),
        (SourcesOut, examples.SOURCES),
        (DocumentsIn, examples.ADD),
        (FetchIn, examples.FETCH),
        (JobOut, examples.JOB),
        (CollectionOut, examples.COLLECTION),
        (StoredOut, examples.STORED),
        (WholeOut, examples.WHOLE),
        (ChatIn, examples.CHAT),
        (ChatOut, examples.CHAT_ANSWER),
        (ReadyOut, examples.READY),
        (Problem, examples.PROBLEM),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_an_example_is_complete_and_has_nothing_the_schema_does_not_know(
    schema: type[BaseModel], example: dict[str, Any]
) -> None:
    made = schema.model_validate(example)
    assert example.keys() <= schema.model_fields.keys()
    if not schema.__name__.endswith("In"):
        assert made.model_dump(mode="json", exclude_none=schema in (Problem, JobOut)) == example


def test_the_quotes_in_the_examples_are_those_of_the_article() -> None:
    text = ARTICLE.read_text("utf-8")
    for shown, key in ((examples.CITATION, "quote"), (examples.PASSAGE, "text")):
        assert text[shown["start"] : shown["end"]] == shown[key]


def test_the_example_of_a_chat_says_what_the_example_of_an_answer_does() -> None:
    answer = AnswerOut.model_validate(examples.ANSWER)
    assert examples.CHAT_ANSWER["choices"][0]["message"]["content"] == plain.content(answer)


def test_a_question_takes_dates_at_the_end_of_the_day_or_at_its_start_as_the_field_means_it() -> None:
    question = AskIn.model_validate(
        {
            "question": "Who?",
            "as_of": "2025-03-20",
            "filters": {"published_after": "2025-03-01", "published_before": "2025-03-02", "sources": ["a"]},
        }
    ).to_question()
    assert question.as_of == datetime(2025, 3, 20, 23, 59, 59, 999999, UTC)
    assert question.filters.published_after == datetime(2025, 3, 1, tzinfo=UTC)
    assert question.filters.published_before == datetime(2025, 3, 2, 23, 59, 59, 999999, UTC)
    assert question.filters.sources == ("a",)
    assert question.max_passages == 6


def test_whatever_may_be_left_out_may_also_be_null() -> None:
    asked = {"question": "Who?", "as_of": None, "filters": None}
    assert AskIn.model_validate(asked).to_question().filters.sources == ()
    nothing = dict.fromkeys(("published_after", "published_before", "sources", "document_ids"))
    assert AskIn.model_validate({"question": "Who?", "filters": nothing}).to_question().filters.document_ids == ()
    blank = dict.fromkeys(("id", "title", "url", "source", "published_at", "language", "authors", "updated_at"))
    document = DocumentsIn.model_validate({"documents": [{"text": "Words.", **blank}]}).documents[0].document()
    assert (document.id, document.title, document.published_at) == ("", "", None)


def test_a_publication_date_is_the_start_of_its_day() -> None:
    asked = {"documents": [{"text": "Words.", "published_at": "2025-03-17"}]}
    document = DocumentsIn.model_validate(asked).documents[0].document()
    assert document.published_at == datetime(2025, 3, 17, tzinfo=UTC)


def test_half_of_a_surrogate_pair_is_replaced_since_it_can_never_be_stored() -> None:
    document = DocumentsIn.model_validate({"documents": [{"text": "a\ud800b\x00😀"}]}).documents[0].document()
    assert document.text == "a\ufffdb\x00😀"


@pytest.mark.parametrize("wrong", [{"limit": "3"}, {"limit": True}, {"limit": 2.5}, {"limit": 0}, {"limit": 51}])
def test_numbers_are_numbers_and_within_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SearchIn.model_validate({"question": "Who?", **wrong})
