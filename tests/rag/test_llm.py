"""The seam to language models: what providers raise and tell, in our terms."""

import asyncio
import math

import pytest

from rag.adapters.llm import LangChainModel, _plain, _preference, open_model
from rag.errors import Unavailable
from rag.seams import Message
from rag.settings import load_settings
from rag.usage import Usage, counting
from tests.modelserver import model_server

HELLO = [Message("user", "Hello")]


def told(**probabilities: float) -> dict[str, object]:
    top = [{"token": token, "logprob": math.log(p)} for token, p in probabilities.items()]
    return {"content": [{"token": "yes", "top_logprobs": top}]}


def test_a_preference_is_shared_out_between_two_words_in_any_case() -> None:
    assert _preference(told(Yes=0.5, yes=0.1, no=0.2, maybe=0.2), ("yes", "no")) == pytest.approx(0.75)


@pytest.mark.parametrize("logprobs", [None, {}, {"content": []}, told(maybe=1.0)])
def test_a_model_that_does_not_tell_has_no_preference(logprobs: object) -> None:
    assert _preference(logprobs, ("yes", "no")) is None


@pytest.mark.parametrize(
    ("said", "expected"), [("Yes", 1.0), (" no.", 0.0), ("**Yes**, it does", 1.0), ("Maybe", None), ("", None)]
)
def test_a_plain_word_counts_where_no_probabilities_are_told(said: str, expected: float | None) -> None:
    assert _plain(said, ("yes", "no")) == expected


@pytest.mark.parametrize(
    "settings", [{}, {"model_url": "http://127.0.0.1:9/v1"}, {"model": "openai:none", "model_key": ""}]
)
def test_a_model_that_cannot_be_reached_is_unavailable(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = open_model(load_settings(**settings))

    async def draft() -> None:
        async for _ in model.stream(HELLO, 5):
            pass

    with pytest.raises(Unavailable, match="model"):
        asyncio.run(draft())


def test_tokens_are_counted_for_whoever_asked_and_for_nobody_else() -> None:
    async def draft(usage: Usage | None, model: LangChainModel) -> str:
        counting.set(usage)
        return "".join([piece async for piece in model.stream(HELLO, 5)])

    async def scene(model: LangChainModel) -> list[str]:
        drafts = (draft(usage, model) for usage in (mine, mine, other, None))
        return [await asyncio.create_task(each) for each in drafts]

    mine, other = Usage(), Usage()
    with model_server(lambda _: "Hello back.") as url:
        said = asyncio.run(scene(open_model(load_settings(model="scripted", model_url=url))))
    assert said == ["Hello back."] * 4
    assert (mine, other) == (Usage(14, 6), Usage(7, 3))
