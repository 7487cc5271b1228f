"""What the model reads."""

from datetime import UTC, datetime

from rag import prompt
from rag.evidence import Budget, select
from rag.types import Question
from tests.rag.articles import hit, pool

AS_OF = datetime(2025, 3, 20, tzinfo=UTC)
AMPLE = Budget(500, 500)
ONE, TWO, THREE = "The mill burned.", "It rained for days.", "Nobody was hurt."


def content(question: str, *, budget: Budget = AMPLE) -> str:
    told = hit(ONE, TWO, THREE, title="Fire at the mill", published_at=datetime(2025, 3, 1, tzinfo=UTC))
    evidence = [e for e in select(pool(question, told), budget) if e.text != TWO]
    return prompt.draft(Question(question, AS_OF), evidence, "in one short sentence")[-1].content


def test_headline_date_and_the_day_of_asking_are_told() -> None:
    text = content("What burned?")
    assert text.startswith("[Fire at the mill, 2025-03-01]\n")
    assert "Today is 2025-03-20." in text


def test_the_day_of_asking_is_not_told_beside_articles_without_a_date() -> None:
    evidence = select(pool("What burned?", hit(ONE, TWO)), AMPLE)
    assert "Today" not in prompt.draft(Question("What burned?", AS_OF), evidence, "in one short sentence")[-1].content


def test_a_gap_is_shown_where_a_sentence_is_left_out() -> None:
    assert f"{ONE} … {THREE}" in content("What burned?")


def test_the_messages_about_one_question_differ_only_in_their_last_line() -> None:
    question, evidence = Question("What burned?", AS_OF), select(pool("What burned?", hit(ONE, TWO)), AMPLE)
    draft = prompt.draft(question, evidence, "in one short sentence")[-1].content
    contained = prompt.contained(question, evidence)[-1].content
    assert draft.rsplit("\n", 1)[0] == contained.rsplit("\n", 1)[0]
    assert draft != contained


def test_the_model_is_given_no_leave_to_refuse() -> None:
    assert "not found" not in content("What burned?").lower()
