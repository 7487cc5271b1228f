"""Models behind endpoints of all kinds, over a real socket: what they refuse, how they think, what they tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rag.adapters.llm import FEW_TOKENS, THINKING_TOKENS, LangChainModel, open_model
from rag.errors import ModelBusy, ModelKeyRefused, ModelUnavailable, ModelUnknown
from rag.seams import Message
from rag.settings import load_settings
from tests.endpoint import YES_OR_NO, Body, Endpoint

DRAFT = [Message("system", "You answer."), Message("user", "What burned?")]
VERDICT = [Message("system", "You answer."), Message("user", f"Did it burn? {YES_OR_NO}")]
Refuses = Callable[[Body], tuple[int, str, dict[str, str]] | None]


def asked(endpoint: Endpoint, **settings: Any) -> tuple[float | None, str]:
    """What a model says to a yes-or-no question and drafts after it, as the engine asks; all of it twice."""

    async def turn(model: LangChainModel) -> tuple[float | None, str]:
        verdict = await model.prefers(VERDICT, ("yes", "no"))
        return verdict, "".join([piece async for piece in model.stream(DRAFT, 5)])

    with endpoint.serving() as url:
        model = open_model(load_settings(model="theirs", model_url=url, **settings))
        first = asyncio.run(turn(model))
        endpoint.learnt = len(endpoint.asked)
        assert asyncio.run(turn(model)) == first
    return first


def without(name: str, told: str, status: int = 400) -> Refuses:
    return lambda body: (status, told, {}) if name in body else None


def many(body: Body) -> tuple[int, str, dict[str, str]] | None:
    return (422, "top_logprobs must be at most 5", {}) if body.get("top_logprobs", 0) > 5 else None


def roles(body: Body) -> tuple[int, str, dict[str, str]] | None:
    other = any(message["role"] == "system" for message in body["messages"])
    return (400, "System role not supported", {}) if other else None


def reasoning(body: Body) -> tuple[int, str, dict[str, str]] | None:
    """As a reasoning model of OpenAI: neither probabilities nor a temperature, and an error for too little room."""
    if "logprobs" in body:
        return 403, "You are not allowed to request logprobs from this model", {}
    if "temperature" in body:
        return 400, "Unsupported value: 'temperature' does not support 0 with this model.", {}
    if body["max_completion_tokens"] < 1000:
        return 400, "Could not finish the message because max_tokens or model output limit was reached.", {}
    return None


@pytest.mark.parametrize(
    "refuses",
    [
        without("seed", "Unrecognized request argument supplied: seed"),
        without("temperature", "Unsupported value: 'temperature' does not support 0 with this model."),
        without("logprobs", "logprobs are not supported", 501),
        without("stream_options", "Extra inputs are not permitted: stream_options", 422),
        without("max_completion_tokens", "body.max_completion_tokens: Extra inputs are not permitted", 422),
        without("seed", "Bad request"),
        many,
        roles,
        reasoning,
    ],
)
def test_what_an_endpoint_refuses_is_left_out_from_then_on(refuses: Refuses) -> None:
    endpoint = Endpoint(refuses=refuses)
    assert asked(endpoint) == (1.0, "The mill burned.")
    assert any(refuses(body) for body in endpoint.asked[: endpoint.learnt])
    assert not any(refuses(body) for body in endpoint.asked[endpoint.learnt :])
    assert len(endpoint.asked) == endpoint.learnt + 2


def test_what_an_endpoint_takes_is_not_left_out() -> None:
    endpoint = Endpoint(refuses=without("seed", "no seed, please"))
    asked(endpoint)
    verdict, draft = endpoint.asked[-2:]
    assert verdict["temperature"] == draft["temperature"] == 0
    assert (verdict["top_logprobs"], verdict["max_completion_tokens"]) == (20, FEW_TOKENS)
    assert [message["role"] for message in draft["messages"]] == ["system", "user"]
    assert draft["stream_options"] == {"include_usage": True}


def test_without_a_system_role_its_words_stand_before_the_question() -> None:
    endpoint = Endpoint(refuses=roles)
    asked(endpoint)
    assert endpoint.asked[-1]["messages"] == [{"role": "user", "content": "You answer.\n\nWhat burned?"}]


def test_a_limit_has_the_older_name_where_the_newer_is_refused() -> None:
    endpoint = Endpoint(drafts="one " * 9, refuses=without("max_completion_tokens", "max_completion_tokens?"))
    assert asked(endpoint)[1].split() == ["one"] * 5
    assert endpoint.asked[-1]["max_tokens"] == 5


def test_a_refusal_for_another_reason_teaches_nothing() -> None:
    refusals: list[tuple[int, str, dict[str, str]]] = [
        (400, "maximum context length is 4096 tokens, you requested too many", {})
    ] * 2
    endpoint = Endpoint(refuses=lambda _: refusals.pop() if refusals else None)

    async def scene(model: LangChainModel) -> float | None:
        with pytest.raises(ModelUnavailable, match="maximum context length"):
            await model.prefers(VERDICT, ("yes", "no"))
        return await model.prefers(VERDICT, ("yes", "no"))

    with endpoint.serving() as url:
        assert asyncio.run(scene(open_model(load_settings(model="theirs", model_url=url)))) == 1.0
    assert endpoint.asked[-1]["seed"] == 1


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (401, ModelKeyRefused, "model_key_refused"),
        (403, ModelKeyRefused, "model_key_refused"),
        (404, ModelUnknown, "model_unknown"),
        (400, ModelUnavailable, "model_unavailable"),
    ],
)
def test_what_no_other_request_can_mend_has_a_code(status: int, expected: type[ModelUnavailable], code: str) -> None:
    endpoint = Endpoint(refuses=lambda _: (status, "told sk-secret", {}))
    with pytest.raises(expected, match="theirs") as failed:
        asked(endpoint)
    assert (type(failed.value), failed.value.code) == (expected, code)
    assert status not in (401, 403) or "sk-secret" not in str(failed.value)


def test_a_busy_endpoint_is_asked_again_when_it_says() -> None:
    busy: list[tuple[int, str, dict[str, str]]] = [(429, "slow down", {"retry-after": "0.05"})] * 4
    endpoint = Endpoint(refuses=lambda _: busy.pop() if busy else None)
    assert asked(endpoint) == (1.0, "The mill burned.")
    assert busy == []


def test_an_endpoint_that_is_busy_for_longer_than_a_question_may_take_is_not_waited_for() -> None:
    endpoint = Endpoint(refuses=lambda _: (429, "slow down", {"retry-after": "130"}))
    with pytest.raises(ModelBusy, match="slow down") as failed:
        asked(endpoint)
    assert failed.value.retry_after == 130
    assert len(endpoint.asked) == 1


THOUGHT = "Okay, so the user asks what burned. " * 4


@pytest.mark.parametrize(
    ("before", "apart"),
    [(f"<think>\n{THOUGHT}\n</think>\n\n", ""), (f"{THOUGHT}\n</think>\n\n", ""), ("", THOUGHT)],
    ids=["in tags", "its opening tag in the prompt", "apart"],
)
@pytest.mark.parametrize("probabilities", [None, {"Yes": 0.6, "no": 0.2, "maybe": 0.2}])
def test_thoughts_are_not_said_and_have_room_of_their_own(
    before: str, apart: str, probabilities: dict[str, float] | None
) -> None:
    endpoint = Endpoint(f"{before}The mill burned.", f"{before}Yes", apart, probabilities=probabilities)
    verdict, draft = asked(endpoint)
    assert verdict == pytest.approx(0.75 if probabilities else 1.0)
    assert draft == "The mill burned."
    assert len(endpoint.asked) == endpoint.learnt + 2 == 5
    assert endpoint.asked[-1]["max_completion_tokens"] == THINKING_TOKENS + 5


def test_a_model_that_only_thinks_is_no_answer_and_said_to_be_so() -> None:
    with pytest.raises(ModelUnavailable, match="thought for 2,048 tokens and said nothing"):
        asked(Endpoint(apart="hm " * 3000))


def test_a_model_that_says_more_than_yes_or_no_is_not_given_room_to_think() -> None:
    endpoint = Endpoint(verdict="The passages hold that the mill burned to the ground on a Monday.")
    assert asked(endpoint) == (None, "The mill burned.")
    assert [body["max_completion_tokens"] for body in endpoint.asked] == [8, 8 + THINKING_TOKENS, 5, 8, 5]


@pytest.mark.parametrize("verdict", ["Yes", " yes", "YES.", "** Yes **"])
def test_a_verdict_is_read_however_it_is_written(verdict: str) -> None:
    assert asked(Endpoint(verdict=verdict))[0] == 1.0
    told = Endpoint(verdict=verdict, probabilities={"YES": 0.3, " no": 0.1})
    assert asked(told)[0] == pytest.approx(0.75 if verdict != "YES." else 1.0)


def test_the_local_model_is_asked_in_one_token_and_never_again() -> None:
    endpoint = Endpoint(drafts=" ", verdict="Perhaps it did")

    async def scene(model: LangChainModel) -> tuple[float | None, str]:
        return await model.prefers(VERDICT, ("yes", "no")), "".join([p async for p in model.stream(DRAFT, 5)])

    with endpoint.serving() as url:
        assert asyncio.run(scene(open_model(load_settings(model="qwen2.5-1.5b", model_url=url)))) == (None, "")
    verdict, draft = endpoint.asked
    assert (verdict["max_completion_tokens"], verdict["top_logprobs"], verdict["cache_prompt"]) == (1, 20, False)
    assert (draft["max_completion_tokens"], "cache_prompt" in draft) == (5, False)
