"""The typed client, against a real service, in both its forms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import remote
from api.events import Events
from api.remote import calls
from tests.api.test_http_load import asked
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service

QUESTION = "Where was al-Rifai killed?"
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."

T = TypeVar("T")


class Awaited:
    """The asynchronous client used like the other, one method at a time, so that one test states what both do."""

    def __init__(self, base: str, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = remote.AsyncClient(base, **options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **how: Any) -> Any:
            made = getattr(self._client, name)(*arguments, **how)
            if hasattr(made, "__anext__"):
                return self._runner.run(self._all(made))
            return self._runner.run(self._one(made))

        return call

    async def _all(self, events: AsyncIterator[T]) -> list[T]:
        return [event async for event in events]

    async def _one(self, made: Any) -> Any:
        return await made

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def own(serve: Serve) -> Iterator[Service]:
    """A service whose documents these tests may change."""
    with serve(ScriptedModel(DRAFT)) as running:
        yield running


@pytest.fixture(params=[remote.Client, Awaited])
def client(own: Service, request: pytest.FixtureRequest) -> Iterator[Any]:
    with closing(request.param(own.url)) as made:
        yield made


def test_an_answer_has_types(client: Any, own: Service) -> None:
    said = {"role": "user", "content": "Who was al-Rifai?"}
    answer = client.ask(QUESTION, history=[said], explain=True)
    assert isinstance(answer, remote.Answer)
    assert (answer.status, answer.sentences[0].text) == ("answered", DRAFT)
    cited = answer.citations[0]
    assert client.document(cited.document_id, version=cited.version).text[cited.start : cited.end] == cited.quote
    assert [draft.released for draft in answer.drafts or []] == [True]


def test_a_stream_ends_with_the_answer(client: Any) -> None:
    passages, *sentences, answer = list(client.stream(QUESTION))
    assert isinstance(passages, remote.Passages)
    assert [sentence.text for sentence in sentences] == [DRAFT]
    assert all(isinstance(sentence, remote.Sentence) for sentence in sentences)
    assert isinstance(answer, remote.Answer)
    assert answer.citations[0] in sentences[0].quotes


def test_a_question_is_narrowed_by_texts_days_and_times(client: Any) -> None:
    assert client.search(QUESTION, limit=1).passages[0].document_id == ARTICLE_ID
    assert client.search(QUESTION, document_ids=["nothing"]).passages == []
    narrowed = {"as_of": date(2026, 1, 1), "published_after": datetime(2020, 1, 1, tzinfo=UTC), "sources": ("AP",)}
    assert client.search(QUESTION, published_before="2026-01-01", **narrowed).passages == []


def test_documents_are_added_waited_for_read_listed_and_deleted(client: Any, own: Service, tmp_path: Path) -> None:
    identity = "https://courier.example/a b?c=é/../%2F#d"
    new = remote.NewDocument(text="Rain fell on Orvik.", id=identity, published_at="2025-02-03")  # type: ignore[arg-type]
    (tmp_path / "note.txt").write_text("Snow fell on Orvik.")
    job = client.add([new, {"text": "", "id": "empty", "published_at": date(2025, 2, 3)}], idempotency_key=None)
    uploaded = client.upload([tmp_path / "note.txt"])
    own.work()
    done = client.wait(job)
    assert (done.state, done.counts.added) == ("succeeded", 1)
    assert [(failure.id, failure.code) for failure in done.failures] == [("empty", "empty_text")]
    assert client.wait(uploaded.job_id).counts.added == 1
    assert client.job(job.job_id) == done
    stored = client.document(identity)
    assert (stored.text, stored.published_at) == ("Rain fell on Orvik.", datetime(2025, 2, 3, tzinfo=UTC))
    assert {document.id for document in client.documents()} == {identity, "note", ARTICLE_ID}
    for gone in (identity, "note"):
        client.delete(gone)
    with pytest.raises(remote.Problem) as missing:
        client.document(identity)
    assert (missing.value.status, missing.value.code) == (404, "not_found")


def test_every_page_of_documents_is_listed(client: Any, monkeypatch: pytest.MonkeyPatch, own: Service) -> None:
    monkeypatch.setattr(calls, "PAGE", 1)
    own.add({"id": "second", "text": "Hail fell on Orvik."})
    assert sorted(document.id for document in client.documents()) == [ARTICLE_ID, "second"]
    client.delete("second")


def test_what_is_fetched_and_may_not_be_is_listed_in_the_job(client: Any) -> None:
    job = client.fetch(["http://127.0.0.1/"])
    assert [failure.id for failure in client.wait(job).failures] == ["http://127.0.0.1/"]


def test_errors_carry_the_code_of_the_problem(client: Any) -> None:
    for call in (client.ask, lambda question: list(client.stream(question)), client.search):
        with pytest.raises(remote.Problem) as wrong:
            call("")
        assert (wrong.value.code, wrong.value.body["field"]) == ("invalid_input", "question")


@pytest.mark.parametrize("make", [remote.Client, Awaited])
def test_where_nothing_answers_it_is_said(make: Callable[..., Any]) -> None:
    with closing(make("http://127.0.0.1:9")) as nobody, pytest.raises(remote.NotRunning):
        nobody.ask(QUESTION)
    with pytest.raises(remote.InvalidInput):
        make("localhost:8000")


def test_waiting_for_a_job_ends_in_time(own: Service) -> None:
    with remote.Client(own.url) as client:
        job = client.add([{"text": "Fog over Orvik.", "id": "fog"}])
        with pytest.raises(TimeoutError):
            client.wait(job, timeout=0.05)
        own.work()
        client.delete("fog")


def test_a_full_line_is_told_with_the_time_to_return_and_leaving_frees_the_model(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1, queue_limit=1) as service, remote.Client(service.url) as client:
        model.pause()
        with asked(service, "application/json"):
            model.wait_started(1)
            with asked(service, "application/json"):
                service.until_waiting(1)
                for call in (client.ask, lambda question: list(client.stream(question))):
                    with pytest.raises(remote.Problem) as full:
                        call(QUESTION)
                    assert (full.value.code, (full.value.retry_after or 0) >= 1) == ("overloaded", True)
            service.until_waiting(0)
        model.wait_closed(1)
        with closing(client.stream(QUESTION)) as events:
            next(events)
            model.wait_started(2)
        model.wait_closed(2)

        async def leave() -> None:
            async with remote.AsyncClient(service.url) as other, aclosing(other.stream(QUESTION)) as events:
                await anext(events)
                await asyncio.to_thread(model.wait_started, 3)

        asyncio.run(leave())
        model.wait_closed(3)
        model.resume()


def test_an_api_key_is_sent_with_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.remote.wiring import wiring

    monkeypatch.setenv("GROUNDWIRE_KEY", "gw_environment")
    assert wiring("http://localhost", None, 1)["headers"]["Authorization"] == "Bearer gw_environment"
    assert wiring("http://localhost", "gw_own", 1)["headers"]["Authorization"] == "Bearer gw_own"
    assert "Authorization" not in wiring("http://localhost", "", 1)["headers"]


def test_a_reply_of_something_else_than_the_service_is_told_from_a_problem_of_it() -> None:
    with pytest.raises(remote.Unavailable):
        calls.job("a").read(200, b"<html>")
    with pytest.raises(remote.Problem) as broken:
        calls.job("a").read(502, b"<html>", "soon")
    assert (broken.value.status, broken.value.code, broken.value.retry_after) == (502, "internal_error", None)
    assert calls.event("later", "{}") is None


@given(
    st.lists(st.tuples(st.sampled_from(["passages", "sentence"]), st.text())),
    st.lists(st.integers(1, 40)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_events_are_read_however_their_bytes_arrive(events: list[tuple[str, str]], cuts: list[int], end: str) -> None:
    lines = [line for name, text in events for line in (": ping", "", f"event: {name}", "data: " + dumped(text), "")]
    sent = "".join(line + end for line in lines).encode("utf-8", "surrogatepass")
    parser, found, at = Events(), list[tuple[str, str]](), 0
    for size in [*cuts, len(sent)]:
        found += [(name, json.loads(data)) for name, data in parser.feed(sent[at : at + size])]
        at += size
    assert found == events


def dumped(text: str) -> str:
    """As the service writes it: whatever JSON need not escape stands as it is, other ends of lines too."""
    return json.dumps(text, ensure_ascii=False)


@pytest.mark.parametrize("kind", [remote.Client, Awaited])
def test_a_client_of_a_collection_is_about_that_and_nothing_else(own: Service, kind: Any, tmp_path: Path) -> None:
    file = tmp_path / "mill.txt"
    file.write_text("The mill of Osk burned on Monday.")
    with closing(kind(own.url, collection="apart")) as client:
        jobs = [client.add([{"id": "tower", "text": "Orvik restored its tower."}]), client.upload([file])]
        own.work()
        assert [client.job(job.job_id).counts.added for job in jobs] == [1, 1]
        assert {document.id for document in client.documents()} == {"tower", "mill"}
        assert client.document("tower").text == "Orvik restored its tower."
        assert client.search("tower of Orvik", limit=1).passages[0].document_id == "tower"
        assert client.ask(QUESTION).citations == list(client.stream(QUESTION))[-1].citations == []
        assert client.ask(QUESTION, collection="default").citations[0].document_id == ARTICLE_ID
        client.delete("tower")
        with pytest.raises(remote.Problem):
            client.document("tower")
    own.http.delete("/v1/collections/apart").raise_for_status()
