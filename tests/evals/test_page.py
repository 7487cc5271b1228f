"""The page of a run is whole, fetches nothing, can be opened entry by entry, and shows hostile text as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals import page, plots
from evals.outcomes import Outcome
from evals.questions import GoldQuestion
from evals.reference import compare, keep
from evals.run import Run
from tests.evals.replies import QUOTE, WHEN, WHY, answered, citation, draft, judged, passage, refused

VOID = {"meta", "line", "circle", "rect", "polyline", "br"}
RECIPE: dict[str, Any] = {"set": "mine", "part": "test", "limit": None}
HOSTILE = (
    "</span></details></main><script>alert(1)</script><img src=x onerror='alert(2)'><svg/onload=alert(3)>"
    '"><a href="javascript:alert(4)">&lt;b&gt; $body ${title} ]]> <!-- \u202eright\x00\ud800'
)
READABLE = HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, the text inside each, and whether tags match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.inside: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "summary":
            assert self.open[-1] == "details"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.inside.append((tuple(self.open), data))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def text(self) -> str:
        return "".join(data for where, data in self.inside if "style" not in where)


def rendered(*asked: tuple[GoldQuestion, dict[str, Any]], **options: Any) -> Page:
    outcomes = tuple(judged(question, body, passage()) for question, body in asked)
    run = Run(outcomes, tuple(body for _, body in asked), {}, "scripted")
    return Page(page.render(run, [question for question, _ in asked], RECIPE, **options))


def several(body: dict[str, Any], count: int = 8) -> tuple[tuple[GoldQuestion, dict[str, Any]], ...]:
    return tuple((replace(WHEN, id=f"when-{n}"), body) for n in range(count))


WRONG = answered("On June 9.", passages=[passage()], drafts=[draft("On June 9.", 0.6), draft("Never.", 0.1)])


def test_a_page_has_a_plot_for_each_thing_to_be_seen_and_says_in_words_what_it_shows() -> None:
    made = rendered((WHEN, WRONG), (WHY, refused(drafts=[])))
    assert made.count("svg") == made.count("title") - 1 == made.count("desc") == 4
    for name in ("Right, by type", "Risk and coverage", "Latency", "What each stage lost", "Every figure"):
        assert name in made.text()
    for tag, attributes in made.elements:
        if tag == "svg":
            assert attributes["role"] == "img"
            named = str(attributes["aria-labelledby"]).split()
            assert set(named) <= {other["id"] for _, other in made.elements if "id" in other}


def test_no_two_elements_share_an_id() -> None:
    ids = [attributes["id"] for _, attributes in rendered((WHEN, WRONG)).elements if "id" in attributes]
    assert ids
    assert len(ids) == len(set(ids))


def test_a_failure_opens_to_question_gold_drafts_with_verdicts_citations_and_passages() -> None:
    fault = draft("It was on June 9.", 0.4, faults=[{"check": "number", "detail": "9"}], signals=None)
    made = rendered((WHEN, WRONG | {"drafts": [draft("On June 9.", 0.6), fault]}))
    assert made.count("details") == 2
    said = made.text()
    for part in ("When?", "May 3", "On June 9.", "released, support 0.6", "dropped, support 0.4", "number: 9"):
        assert part in said
    assert "meaning 0.8" in said
    assert "cited, wrong" in said
    marked = [data for where, data in made.inside if "mark" in where]
    assert marked == [QUOTE, QUOTE]


def test_what_went_right_is_not_listed_and_a_quote_that_is_none_is() -> None:
    assert rendered((WHEN, answered()), (WHY, refused())).count("details") == 0
    made = rendered((WHEN, answered(citations=[citation(shift=1)])))
    assert made.count("summary") >= 1
    assert "1 of 1 quotes are not the stored text" in made.text()


@pytest.mark.parametrize("body", [{}, [], {"status": "answered"}, answered(citations=[])], ids=str)
def test_a_reply_that_breaks_the_contract_is_shown_by_its_error(body: Any) -> None:
    assert "failed" in rendered((WHEN, body)).text()


def hostile_run() -> Page:
    question = replace(WHEN, id=HOSTILE, text=HOSTILE, type=HOSTILE, answers=(HOSTILE,), as_of=HOSTILE)
    passages = [passage(HOSTILE) | {"title": HOSTILE, "source": HOSTILE, "document_id": HOSTILE}]
    drafted = draft(HOSTILE, 0.3, quotes=[HOSTILE], faults=[{"check": HOSTILE, "detail": HOSTILE}])
    body = answered(
        HOSTILE,
        passages=passages,
        citations=[citation() | {"quote": HOSTILE, "document_id": HOSTILE}],
        drafts=[drafted | {"signals": {HOSTILE: 0.5}}],
        model=HOSTILE,
    )
    refusal = refused(reason=HOSTILE, passages=passages)
    outcomes = [judged(question, body), judged(replace(question, id="second"), refusal)]
    failed = judged(replace(question, id="third"), {}, error=HOSTILE)
    wrong = [replace(outcome, right=False) for outcome in [*outcomes, failed]]
    questions = [question, replace(question, id="second"), replace(question, id="third")]
    run = Run(tuple(wrong), (body, refusal, {}), {}, HOSTILE)
    comparison = compare(wrong, questions, HOSTILE, keep(outcomes, questions, HOSTILE, RECIPE))
    return Page(page.render(run, questions, RECIPE | {"set": HOSTILE, "part": HOSTILE}, comparison))


def test_hostile_text_everywhere_is_shown_and_nothing_of_it_becomes_markup() -> None:
    made = hostile_run()
    calm = rendered((WHEN, WRONG))
    allowed = {tag for tag, _ in calm.elements} | {"ol", "ul", "li", "p"}
    assert {tag for tag, _ in made.elements} <= allowed
    assert not {"script", "img", "iframe", "object", "link", "form", "base"} & {tag for tag, _ in made.elements}
    assert sum(READABLE in data for _, data in made.inside) >= 15
    assert made.count("summary") == 5


def test_nothing_is_fetched_and_no_script_can_run() -> None:
    for made in (hostile_run(), rendered((WHEN, WRONG))):
        for _, attributes in made.elements:
            assert not {name for name in attributes if name.startswith("on") or name in ("src", "srcset", "action")}
            assert str(attributes.get("href", "#")).startswith("#")
        style = "".join(data for where, data in made.inside if "style" in where)
        assert "url(" not in style
        assert "@import" not in style
        policy = [a for tag, a in made.elements if tag == "meta" and "http-equiv" in a]
        assert [a["content"] for a in policy] == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_a_page_is_readable_in_light_and_dark_and_by_keyboard() -> None:
    made = rendered((WHEN, WRONG))
    style = "".join(data for where, data in made.inside if "style" in where)
    assert "color-scheme: light dark" in style
    assert "prefers-color-scheme: dark" in style
    assert ":focus-visible" in style
    light, dark = (set(re.findall(r"--[\w-]+(?=:)", part)) for part in style.split("prefers-color-scheme: dark"))
    assert light == dark
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= light
    links = [str(attributes["href"])[1:] for tag, attributes in made.elements if tag == "a"]
    assert set(links) <= {attributes["id"] for _, attributes in made.elements if "id" in attributes}
    assert "outline: none" not in style


def test_the_change_since_the_reference_is_told_and_drawn() -> None:
    now, then = several(refused()), several(answered())
    golds = [question for question, _ in now]
    before: list[Outcome] = [judged(question, body) for question, body in then]
    after = [judged(question, body) for question, body in now]
    made = rendered(*now, comparison=compare(after, golds, "scripted", keep(before, golds, "scripted", RECIPE)))
    assert "-1.000 worse" in made.text()
    assert [a["class"] for tag, a in made.elements if tag == "circle"].count("before") == 2
    assert "since the reference" not in rendered(*now).text()


def test_a_page_is_written_beside_its_results_with_text_that_no_encoding_has(tmp_path: Path) -> None:
    outcome = judged(replace(WHEN, text="\ud800?"), refused())
    run = Run((outcome,), (refused(),), {}, "scripted")
    path = page.write(tmp_path / "new" / "a.html", run, [replace(WHEN, text="\ud800?")], RECIPE)
    assert "\ufffd?" in path.read_text(encoding="utf-8")


@given(st.text(max_size=60))
def test_any_text_is_shown_as_it_is_but_for_what_cannot_be_shown(text: str) -> None:
    made = Page(f"<p>{plots.shown(text)}</p>")
    assert made.count("p") == len(made.elements) == 1
    assert len(made.text()) == len(text)
    assert all(one in (other, "\ufffd") for one, other in zip(made.text(), text, strict=True))


@settings(max_examples=50)
@given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=40))
def test_a_histogram_has_at_most_twenty_bins_and_every_reply_in_one(seconds: list[float]) -> None:
    made = Page(plots.histogram("Latency", seconds))
    assert 1 <= sum(attributes.get("class") == "bar" for _, attributes in made.elements) <= plots.BINS + 1
    for _, attributes in made.elements:
        for name in ("width", "height", "x", "y"):
            assert float(attributes.get(name) or 0) >= 0


def test_an_empty_histogram_and_an_interval_without_a_value_can_be_drawn() -> None:
    assert Page(plots.histogram("Latency", [])).count("rect") == 0
    assert Page(plots.shares("Right", [plots.Bar("long", 3, None)])).count("circle") == 0
