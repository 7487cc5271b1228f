"""The plain way behind the same interface: what measures Groundwire can measure it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.baselines.chunks import CHUNK_CHARACTERS, CHUNKS_READ, Chunks
from evals.baselines.plain import create_app
from evals.client import Client
from evals.outcomes import judge
from evals.questions import Evidence, GoldQuestion
from rag.errors import Unavailable
from rag.seams import Embedder
from rag.types import Document, Filters
from tests.fakes import ScriptedModel
from tests.serving import served
from tests.words import WordEmbedder

CRANE = "A crane fell in the harbour of Varn on Monday. Nobody was hurt."
CHOIR = "A choir from Lund won the song contest in Osk."
ASKED = GoldQuestion("a", "Where did a crane fall?", True, answers=("Varn",), evidence=(Evidence("news/crane"),))


@pytest.fixture(scope="module")
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture(scope="module")
def client(embedder: Embedder, model: ScriptedModel) -> Iterator[Client]:
    with served(create_app(embedder, model)) as url:
        made = Client(url, timeout=30.0)
        made.add(
            [
                {"id": "news/crane", "text": CRANE, "source": "Courier", "published_at": "2025-03-03"},
                {"id": "choir", "text": CHOIR, "published_at": "2025-04-01T10:00:00Z"},
            ]
        )
        yield made
        made.close()


def says(model: ScriptedModel, draft: str) -> None:
    model.drafts, model.started = [draft], 0
    model.prompts.clear()


def test_an_answer_cites_the_chunks_it_was_drafted_from_and_is_judged_like_any(
    client: Client, model: ScriptedModel
) -> None:
    says(model, "It fell in Varn.")
    reply = client.ask(ASKED.body())
    outcome = judge(ASKED, reply, client.search(ASKED.body(), 10), client.text)
    assert (outcome.status, outcome.right, outcome.error) == ("answered", True, None)
    assert (outcome.citations, outcome.verbatim, outcome.uncited) == (2, 2, 0)
    assert outcome.ranking is not None
    assert outcome.ranking["RR@10"] == 1.0
    assert reply.body["model"] == "scripted"
    assert CRANE in model.prompts[0][0].content
    assert ASKED.text in model.prompts[0][0].content


@pytest.mark.parametrize("said", ["I don't know.", "The context does not mention it.", ""])
def test_a_reply_that_says_it_does_not_know_is_a_refusal(client: Client, model: ScriptedModel, said: str) -> None:
    says(model, said)
    outcome = judge(ASKED, client.ask(ASKED.body()), [], client.text)
    assert (outcome.status, outcome.error) == ("not_found", None)


@pytest.mark.parametrize("said", ["It fell in Peru in 1803.", "It fell in Varn. The time is not mentioned."])
def test_anything_else_it_says_is_believed(client: Client, model: ScriptedModel, said: str) -> None:
    says(model, said)
    assert client.ask(ASKED.body()).body["status"] == "answered"


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"sources": ["Courier"]}, {"news/crane"}),
        ({"document_ids": ["choir"]}, {"choir"}),
        ({"published_after": "2025-04-01"}, {"choir"}),
        ({"published_before": "2025-03-03"}, {"news/crane"}),
        ({"document_ids": ["nothing"]}, set()),
    ],
)
def test_filters_are_kept(client: Client, filters: dict[str, object], left: set[str]) -> None:
    found = client.search({"question": "What happened?", "filters": filters}, 10)
    assert {passage["document_id"] for passage in found} == left


def test_a_model_that_cannot_be_reached_is_a_failed_request(client: Client, model: ScriptedModel) -> None:
    def away(_: object) -> str:
        raise Unavailable("model", "away")

    model.drafts, model.started = [away], 0
    assert "503" in str(client.ask(ASKED.body()).error)


def test_documents_are_listed_replaced_and_deleted(client: Client) -> None:
    client.add([{"id": "brief", "text": "One."}])
    client.add([{"id": "brief", "text": "Another one."}])
    assert client.document_ids() == ["brief", "choir", "news/crane"]
    assert client.text("brief", 1) == "Another one."
    assert len([p for p in client.search({"question": "one"}, 10) if p["document_id"] == "brief"]) == 1
    client.delete("brief")
    assert client.document_ids() == ["choir", "news/crane"]
    with pytest.raises(httpx.HTTPStatusError):
        client.delete("brief")


@given(st.lists(st.text("abc .\n", min_size=1, max_size=400), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_chunk_is_the_text_at_its_offsets_and_within_its_size(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    chunks = Chunks(WordEmbedder())
    chunks.add(Document("d", published_at=datetime(2025, 3, 1, tzinfo=UTC)), text)
    for chunk in chunks.nearest("a", Filters(), 50):
        assert text[chunk.start : chunk.end] == chunk.text
        assert len(chunk.text) <= CHUNK_CHARACTERS


def test_only_the_nearest_chunks_are_read(client: Client, model: ScriptedModel) -> None:
    says(model, "Nothing more.")
    client.add([{"id": f"more-{n}", "text": f"A crane stood in the harbour on day {n}."} for n in range(6)])
    assert len(client.ask(ASKED.body()).body["citations"]) == CHUNKS_READ
