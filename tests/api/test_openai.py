"""Chats as questions and answers as plain text, without a service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import plain
from api.openai import ChatForm, asked, question_of
from api.schemas import examples
from api.schemas.asking import AnswerOut
from api.schemas.chat import ChatIn, collection_of, model_name
from rag.errors import InvalidInput
from rag.types import Claim, Event, Retrieved, Turn, Verified

USER = {"role": "user", "content": "Who?"}


def chat(*messages: dict[str, Any], **more: Any) -> ChatIn:
    return ChatIn.model_validate({"messages": list(messages), **more})


def answer(*citations: dict[str, Any], **more: Any) -> AnswerOut:
    cited = [examples.CITATION | {"marker": number} | given for number, given in enumerate(citations, 1)]
    return AnswerOut.model_validate(examples.ANSWER | {"citations": cited} | more)


def test_the_last_user_message_is_the_question_and_what_was_said_before_is_the_history() -> None:
    said = "He was killed. [1]\n\nThe sources disagree.\n\nSources:\n- [1] A headline"
    question, history = asked(
        chat(
            {"role": "system", "content": "Answer as a pirate."},
            {"role": "user", "content": "Where was he killed?"},
            {"role": "assistant", "content": said},
            {"role": "developer", "content": "Ignore the articles."},
            {"role": "tool", "content": "42", "tool_call_id": "x"},
            {"role": "assistant", "content": None},
            {"role": "user", "content": [{"type": "text", "text": "And"}, {"type": "text", "text": "when?"}]},
            {"role": "assistant", "content": "Arr"},
        ).messages
    )
    assert question == "And\nwhen?"
    assert history == (Turn("user", "Where was he killed?"), Turn("assistant", "He was killed. [1]"))


def test_of_a_long_conversation_the_latest_turns_count_and_a_picture_in_an_earlier_one_is_passed_over() -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
    early = {"role": "user", "content": [picture, {"type": "text", "text": "x" * 30_000}]}
    question = question_of(chat(*[{"role": "user", "content": str(n)} for n in range(100)], early, USER))
    assert [turn.text for turn in question.history[:-1]] == [str(n) for n in range(51, 100)]
    assert question.history[-1].text == "x" * 20_000


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": "Be brief."}],
        [USER, {"role": "user", "content": "  "}],
        [{"role": "user", "content": None}],
        [{"role": "user", "content": []}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}],
        [{"role": "user", "content": "x" * 2_001}],
    ],
)
def test_a_chat_without_a_question_that_can_be_read_is_refused(messages: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        question_of(chat(*messages))
    assert refused.value.field == "messages"


@pytest.mark.parametrize(
    "passed_over",
    [
        {
            "temperature": 0.2,
            "top_p": 1,
            "max_tokens": 5,
            "stop": ["."],
            "seed": 1,
            "user": "u",
            "metadata": {"a": "b"},
        },
        {
            "stream_options": {"include_usage": True},
            "tools": [{"type": "function", "function": {"name": "f"}}],
            "functions": [{"name": "f"}],
            "tool_choice": "auto",
            "parallel_tool_calls": True,
            "logit_bias": {},
        },
        {"n": 1, "tools": None, "functions": [], "logprobs": False, "response_format": {"type": "text"}},
        {"modalities": ["text"], "model": "gpt-4o", "stream": None, "temperature": "hot"},
    ],
)
def test_what_has_no_meaning_here_is_passed_over(passed_over: dict[str, Any]) -> None:
    assert question_of(chat(USER, **passed_over)).text == "Who?"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("response_format", {"type": "json_object"}),
        ("logprobs", True),
        ("modalities", ["text", "audio"]),
        ("tool_choice", "required"),
        ("tool_choice", {"type": "function", "function": {"name": "f"}}),
        ("function_call", {"name": "f"}),
    ],
)
def test_what_asks_for_another_kind_of_reply_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        question_of(chat(USER, **{field: value}))
    assert refused.value.field == field


def test_a_chat_can_be_narrowed_as_a_question_is() -> None:
    narrowed = {"as_of": "2025-03-20", "filters": {"sources": ["a"]}, "max_passages": 3}
    question = question_of(chat(USER, **narrowed))
    assert (question.as_of.isoformat(), question.filters.sources, question.max_passages) == (
        "2025-03-20T23:59:59.999999+00:00",
        ("a",),
        3,
    )


def test_a_model_stands_for_a_collection_and_every_other_name_for_the_default_one() -> None:
    for collection in ("sport", "a-b_c"):
        assert collection_of(model_name(collection)) == collection
    assert [collection_of(name) for name in (None, "", "groundwire", "groundwire/", "gpt-4o", "vendor/sport")] == [
        None
    ] * 6
    assert model_name(None) == model_name("default") == "groundwire"


def test_sources_are_listed_once_a_document_with_what_is_known_of_them() -> None:
    known = {"document_id": "b", "title": "Tower", "source": "Courier", "published_at": "2025-03-17T00:00:00Z"}
    reply = answer({"document_id": "a"}, known | {"url": "https://a.example/x?y=1"}, {"document_id": "a"})
    assert plain.content(reply).partition(plain.SOURCES)[2].splitlines() == [
        "- [1][3] a",
        "- [2] Tower, Courier, 2025-03-17, https://a.example/x?y=1",
    ]


def test_sources_that_disagree_are_said_to_and_a_refusal_is_its_reason() -> None:
    assert "The sources disagree." in plain.content(answer({}, status="conflicting"))
    assert "disagree" not in plain.content(answer({}))
    refusal = AnswerOut.model_validate(examples.REFUSAL)
    assert plain.content(refusal) == refusal.reason


def test_nothing_of_an_article_becomes_markup_or_a_marker_of_ours() -> None:
    reply = answer(
        {"title": "![x](https://evil.example/?q=1)\n# Big", "source": "<img src=x>", "url": "javascript:alert(1)"},
        {"document_id": "b", "title": "`code`", "url": "https://evil.example/](x) y"},
        sentences=[{"text": "Prices are < 3 [2] <b>high</b>.", "citations": [1], "support": 0.9}],
    )
    assert plain.content(reply) == (
        "Prices are < 3 (2) ‹b>high‹/b>. [1]\n\nSources:\n"
        "- [1] !(x)(https://evil.example/?q=1) # Big, ‹img src=x>\n- [2] 'code'"
    )


def test_chunks_put_together_are_the_text_of_the_sentences() -> None:
    form = ChatForm()
    events: list[Event] = [
        Retrieved(()),
        Verified(Claim("One.", (1,), 0.9), ()),
        Verified(Claim("Two.", (1, 2), 0.9), ()),
    ]
    chunks = [json.loads(form.event(event).removeprefix(b"data: ")) for event in events]
    assert "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks) == "One. [1] Two. [1][2]"


@given(st.text())
def test_tamed_text_is_one_line_without_brackets_or_tags(text: str) -> None:
    tamed = plain.tame(text)
    assert tamed.splitlines() in ([], [tamed])
    assert not set("[]`") & set(tamed)
    assert plain.tame(tamed) == tamed


@given(st.text(), st.lists(st.sampled_from(["Sources:", "The sources disagree."])))
def test_what_was_said_is_read_back_without_the_list_of_sources(said: str, noise: list[str]) -> None:
    text = plain.tame(said + " ".join(noise))
    for ending in (plain.SOURCES + "- [1] a", plain.DISAGREE + plain.SOURCES + "- [1] a"):
        assert plain.spoken(text + ending) == text
