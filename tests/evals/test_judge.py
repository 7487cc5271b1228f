"""The judge is asked about what was answered, and reported apart with its agreement with gold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals import judge, page
from evals.judge import Judgement, Verdict, judge_all, judging, message, verdict
from evals.outcomes import Outcome
from evals.questions import GoldQuestion
from evals.run import Run
from rag.errors import GroundwireError, InvalidInput, Unavailable
from rag.seams import Message
from tests.evals.replies import WHEN, WHY, answered, judged, refused
from tests.fakes import ScriptedModel
from tests.modelserver import model_server

QUESTIONS = [replace(WHEN, id=f"when-{number}") for number in range(4)] + [WHY]
OUTCOMES = [
    judged(QUESTIONS[0], answered()),
    judged(QUESTIONS[1], answered("She said so on the third of May.")),
    judged(QUESTIONS[2], answered("On June 9.")),
    judged(QUESTIONS[3], refused()),
    judged(QUESTIONS[4], answered()),
]


def reads(messages: Sequence[Message]) -> str:
    """A judge that knows other words for the gold."""
    return "No." if "Reply: On June" in messages[-1].content else "Yes, it does."


def judgement(model: ScriptedModel, outcomes: Sequence[Outcome] = OUTCOMES) -> Judgement:
    return judge_all(model, outcomes, QUESTIONS, lambda *_: None)


def test_only_answers_to_questions_that_have_one_are_put_to_it() -> None:
    model = ScriptedModel(reads)
    made = judgement(model)
    assert model.started == 3
    assert [(row.id, row.right, row.judged, row.asked) for row in made.verdicts] == [
        ("when-0", True, True, True),
        ("when-1", False, True, True),
        ("when-2", False, False, True),
        ("when-3", False, False, False),
    ]
    assert made.model == "scripted"


def test_it_is_told_the_question_the_gold_and_the_reply_and_nothing_of_other_verdicts() -> None:
    model = ScriptedModel(reads)
    judgement(model)
    (asked,) = model.prompts[1]
    assert "Question: When?\nRight answer: May 3\n" in asked.content
    assert "Reply: She said so on the third of May.\n" in asked.content
    assert "Right answers, all of which are wanted: a or b; c" in told(items=(("a", "b"), ("c",)))
    assert "any of them will do: x or y" in told(answers=("x", "y"), conflict=True)
    assert "Right answer" not in told(answers=(), long=True)


def told(**changed: object) -> str:
    gold: GoldQuestion = replace(WHEN, **changed)  # type: ignore[arg-type]
    return message(judged(gold, answered()), gold).content


def test_accuracy_agreement_and_kappa_come_to_what_they_do_by_hand() -> None:
    found = judge.figures(judgement(ScriptedModel(reads)))
    assert {name: (entry["value"], entry["of"]) for name, entry in found.items()} == {
        "judge_accuracy": (0.5, 4),  # two of four; the refusal is wrong
        "agreement": (pytest.approx(2 / 3), 3),  # of the three answers
        # by chance 1/3 * 2/3 + 2/3 * 1/3 = 4/9, so (2/3 - 4/9) / (1 - 4/9) = 2/5
        "kappa": (pytest.approx(0.4), 3),
    }
    for entry in found.values():
        low, high = entry["interval"]
        assert low <= entry["value"] <= high


def test_a_verdict_that_is_none_is_counted_and_left_out() -> None:
    made = judgement(ScriptedModel("I cannot tell."))
    assert judge.unreadable(made) == 3
    assert judge.figures(made).keys() == {"judge_accuracy"}
    assert judge.figures(made)["judge_accuracy"]["value"] == 0.0  # the refusal alone
    assert "3 of its verdicts were neither yes nor no" in "\n".join(judge.table(made))


def test_without_a_short_gold_answer_it_gives_accuracy_and_no_agreement() -> None:
    long = replace(WHEN, id="long", answers=(), long=True)
    made = judge_all(ScriptedModel("yes"), [judged(long, answered())], [long], lambda *_: None)
    assert judge.figures(made).keys() == {"judge_accuracy"}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("yes", True),
        ("NO!", False),
        ("\n\n**Yes**", True),
        ("It is not known", None),
        ("", None),
        ("First yes, no", False),
    ],
)
def test_a_verdict_is_read_from_what_was_said(said: str, means: bool | None) -> None:
    assert verdict(said) is means


def test_it_is_printed_written_and_shown_apart_with_what_it_disagrees_on(tmp_path: Path) -> None:
    made = judgement(ScriptedModel(lambda messages: reads(messages) + " <script>x</script>"))
    lines = judge.table(made)
    assert lines[0] == "judge scripted, apart from all of the above: 3 answers put to it"
    assert "  when-1: wrong by gold, right by the judge" in lines
    place = judge.write(made, tmp_path / "mine-1.jsonl")
    assert place.name == "mine-1-judge.jsonl"
    rows = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    assert rows[1] == {"id": "when-1", "right": False, "judged": True, "said": rows[1]["said"], "asked": True}
    summary = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    assert (summary["judge"], summary["figures"]["kappa"]["of"]) == ("scripted", 3)
    run = Run(tuple(OUTCOMES), tuple(refused() for _ in OUTCOMES), {}, "scripted")
    recipe = {"set": "mine", "part": "all", "limit": None}
    shown = page.render(run, QUESTIONS, recipe, judgement=made)
    assert "Judged by scripted" in shown
    assert "&lt;script&gt;x" in shown
    assert "<script" not in shown
    assert "Judged by" not in page.render(run, QUESTIONS, recipe)


# -- which judge --------------------------------------------------------------------------------------


def test_any_chat_model_of_langchain_or_endpoint_can_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWIRE_MODEL_URL", "http://127.0.0.1:9/v1")  # that of the answers, not of the judge
    with model_server(lambda asked: "yes" if "Reply: On June" in asked else "no") as url:
        with judging("any", url) as model:
            by_endpoint = judge_all(model, OUTCOMES, QUESTIONS, lambda *_: None)
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        with judging("openai:any", None) as model:
            by_provider = judge_all(model, OUTCOMES, QUESTIONS, lambda *_: None)
    assert [row.judged for row in by_endpoint.verdicts] == [False, False, True, False]
    assert by_provider == replace(by_endpoint, model="openai:any")


def test_a_judge_that_is_none_or_does_not_answer_is_told() -> None:
    with pytest.raises(InvalidInput, match="--judge-url"), judging("nobody", None):
        pass
    with judging("any", "http://127.0.0.1:9/v1") as model, pytest.raises(Unavailable):
        judge_all(model, OUTCOMES, QUESTIONS, lambda *_: None)
    assert issubclass(Unavailable, GroundwireError)


def test_a_verdict_on_nothing_has_no_figures() -> None:
    assert judge.figures(Judgement("m", ())) == {}
    assert judge.figures(Judgement("m", (Verdict("a", True, True),))).keys() == {"judge_accuracy", "agreement"}
