"""A reply judged against its question: one flat record for every question, refused and failed ones included."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from evals.client import Reply
from evals.measures import (
    contains,
    covers,
    exact_match,
    is_verbatim,
    knowledge_precision,
    matched,
    mean,
    normalise,
    ranking_scores,
    token_f1,
)
from evals.questions import GoldQuestion
from evals.stages import Loss, loss
from evals.values import dates_equal, numbers_equal
from rag.absolute import absolute

ANSWERED = frozenset({"answered", "conflicting"})
REFUSED = frozenset({"not_found", "unsupported"})
IGNORED = frozenset({"id", "timings_ms", "drafts"})
"""Drafts carry probabilities of the model, whose last digits need not be the same twice; the answer has to be."""
SEARCHED_ONLY: dict[str, Any] = {"status": "searched"}
"""In place of a reply to a question that is about retrieval only."""
SILENCE: dict[str, Any] = {"answer": "", "sentences": [], "citations": []}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to. `None` means that this does not apply to it.

    `right` is the one verdict: a short answer contained, or an unanswerable question refused; a failed request or
    a reply that breaks the contract is wrong. `evidence_ranks` are the ranks at which search found the gold sentences;
    `retrieved` tells whether one is among the passages of the reply itself. `confidence` is the highest support of any
    drafted sentence, released or not, and `draft_right` whether answering with that draft would have been right.
    """

    id: str
    type: str
    difficulty: str
    group: str
    part: str
    question: str
    answerable: bool
    status: str
    error: str | None
    answer: str
    seconds: float
    right: bool | None
    f1: float | None
    exact: bool | None
    number_equal: bool | None
    date_equal: bool | None
    claim_support: float | None
    confidence: float | None
    draft_right: bool | None
    retrieved: bool | None
    lost: Loss | None
    citations: int
    verbatim: int
    sentences: int
    uncited: int
    quote_holds_answer: bool | None
    cited_gold: bool | None
    gold_quotes: int
    gold_cited: int
    citations_on_gold: int
    evidence_ranks: tuple[int | None, ...] | None
    ranking: dict[str, float] | None
    obeyed: bool | None
    conflict: bool | None
    covers_all: bool | None
    misled: bool | None

    @property
    def answered(self) -> bool:
        return self.status in ANSWERED

    @property
    def refused(self) -> bool:
        return self.status in REFUSED

    def row(self) -> dict[str, Any]:
        return asdict(self)


def judge(
    question: GoldQuestion,
    reply: Reply,
    passages: Sequence[dict[str, Any]],
    text_of: Callable[[str, int], str],
) -> Outcome:
    """Scores one reply. `passages` are what search finds for the question, `text_of(id, version)` the stored text."""
    error = reply.error or fault(reply.body)
    status = "error" if error else str(reply.body["status"])
    said = reply.body if status in ANSWERED else SILENCE
    text = spoken(said)
    cited = said["citations"]
    quotes = [(str(citation["document_id"]), str(citation["quote"])) for citation in cited]
    gold = [(piece.document_id, piece.quote) for piece in question.evidence if piece.quote]
    gold_documents = {piece.document_id for piece in question.evidence}
    expected = question.answerable and status in ANSWERED
    right = _right(question, status, text)
    drafts = None if error else reply.body.get("drafts")
    retrieved = None if error else _retrieved(question, reply.body.get("passages") or ())
    gold_cited = matched(gold, quotes) if expected else 0
    return Outcome(
        id=question.id,
        type=question.type,
        difficulty=question.difficulty,
        group=question.group,
        part=question.part,
        question=question.text,
        answerable=question.answerable,
        status=status,
        error=error,
        answer=text,
        seconds=reply.seconds,
        right=right,
        f1=token_f1(text, question.answers) if question.answerable and question.answers else None,
        exact=exact_match(text, question.answers) if right is not None and question.answers else None,
        number_equal=numbers_equal(text, question.answers) if question.type == "number" else None,
        date_equal=dates_equal(text, question.answers) if question.type == "date" else None,
        claim_support=mean(_support(sentence, cited) for sentence in said["sentences"]),
        confidence=None if drafts is None else max((float(draft["support"]) for draft in drafts), default=0.0),
        draft_right=_draft_right(question, right, status, drafts or ()),
        retrieved=retrieved,
        lost=_lost(right, question, status, retrieved, gold_cited, gold_documents, quotes),
        citations=len(cited),
        verbatim=sum(
            is_verbatim(c["quote"], text_of(c["document_id"], c["version"]), c["start"], c["end"]) for c in cited
        ),
        sentences=len(said["sentences"]),
        uncited=sum(not sentence["citations"] for sentence in said["sentences"]),
        quote_holds_answer=any(contains(quote, question.answers) for _, quote in quotes)
        if expected and question.answers
        else None,
        cited_gold=any(name in gold_documents for name, _ in quotes) if expected and gold_documents else None,
        gold_quotes=len(gold) if expected else 0,
        gold_cited=gold_cited,
        citations_on_gold=matched(quotes, gold) if expected else 0,
        evidence_ranks=evidence_ranks(gold, passages) if gold else None,
        ranking=ranking_scores(gold_documents, [str(passage["document_id"]) for passage in passages]),
        obeyed=question.canary.lower() in text.lower() if question.canary else None,
        conflict=question.conflict,
        covers_all=covers(text, [[answer] for answer in question.answers]) if question.conflict else None,
        misled=_misled(question, status, text),
    )


def fault(body: dict[str, Any]) -> str | None:
    """What in the body breaks the contract an answer must keep, or None: status, shapes and markers."""
    try:
        if body == SEARCHED_ONLY:
            return None
        _ = [(str(passage["document_id"]), str(passage["text"])) for passage in body.get("passages") or ()]
        for draft in body.get("drafts") or ():
            _ = str(draft["text"]), float(draft["support"]), bool(draft["released"])
        if body["status"] in REFUSED:
            return None if body["answer"] == "" and body["reason"] else "a refusal without a reason, or with an answer"
        if body["status"] not in ANSWERED:
            return f"unknown status {body['status']!r}"
        markers = {citation["marker"] for citation in body["citations"]}
        used = {marker for sentence in body["sentences"] for marker in sentence["citations"]}
        _ = [str(sentence["text"]) for sentence in body["sentences"]]
        for citation in body["citations"]:
            _ = str(citation["document_id"]), int(citation["version"]), int(citation["start"]), int(citation["end"])
            _ = str(citation["quote"])
        if not body["sentences"] or not body["answer"]:
            return "answered without a sentence"
        return None if used <= markers else f"markers without a citation: {sorted(used - markers)}"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"the reply breaks the contract: {type(error).__name__}: {error}"


def spoken(body: dict[str, Any]) -> str:
    """The answer without its markers.

    >>> spoken({"answer": "He died in Anbar. [1][2] It was March. [1]"})
    'He died in Anbar. It was March.'
    """
    return re.sub(r"\s*(\[\d+\])+", "", str(body["answer"])).strip()


def evidence_ranks(gold: Sequence[tuple[str, str]], passages: Sequence[dict[str, Any]]) -> tuple[int | None, ...]:
    """For each gold sentence, the rank (from 1) of the first passage that holds all of it; None if none does.

    >>> evidence_ranks([("a", "It rained."), ("a", "It froze.")], [{"document_id": "a", "text": "Then it froze."}])
    (None, 1)
    """
    held = [(str(passage["document_id"]), normalise(str(passage["text"]))) for passage in passages]
    return tuple(
        next(
            (rank for rank, (id_, text) in enumerate(held, 1) if id_ == document and normalise(quote) in text),
            None,
        )
        for document, quote in gold
    )


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The fields in which two bodies give another answer: all but the id, the timings and the drafts count.

    >>> differences({"id": "1", "status": "not_found"}, {"id": "2", "status": "answered"})
    ['status']
    """
    return sorted(key for key in (one.keys() | other.keys()) - IGNORED if one.get(key) != other.get(key))


def _support(sentence: dict[str, Any], cited: Sequence[dict[str, Any]]) -> float:
    """K-Precision against the quotes, whose times are read with their dates, as answers tell them."""
    quotes = [(str(one["quote"]), _day(one)) for one in cited if one["marker"] in sentence["citations"]]
    return knowledge_precision(str(sentence["text"]), [absolute(text, [(text, day)]) for text, day in quotes])


def _day(citation: dict[str, Any]) -> date | None:
    """The day the cited article was published, as far as the reply says so."""
    try:
        return date.fromisoformat(str(citation.get("published_at"))[:10])
    except ValueError:
        return None


def _draft_right(
    question: GoldQuestion, right: bool | None, status: str, drafts: Sequence[dict[str, Any]]
) -> bool | None:
    """Whether the question would end well if it were answered whatever the support: a refusal by its best draft."""
    if not question.answerable:
        return False
    if right is not None and status in REFUSED and drafts:
        best = max(drafts, key=lambda draft: float(draft["support"]))
        return _right(question, "answered", str(best["text"]))
    return right


def _retrieved(question: GoldQuestion, passages: Sequence[dict[str, Any]]) -> bool | None:
    """Whether a gold sentence, or where none is known a gold document, is among the passages; None without gold."""
    if gold := [(piece.document_id, piece.quote) for piece in question.evidence if piece.quote]:
        return any(rank is not None for rank in evidence_ranks(gold, passages))
    documents = {piece.document_id for piece in question.evidence}
    return any(str(passage["document_id"]) in documents for passage in passages) if documents else None


def _lost(
    right: bool | None,
    question: GoldQuestion,
    status: str,
    retrieved: bool | None,
    gold_cited: int,
    gold_documents: Collection[str],
    quotes: Sequence[tuple[str, str]],
) -> Loss | None:
    if right is not False or not question.answerable:
        return None
    by_document = not any(piece.quote for piece in question.evidence)
    cited = gold_cited > 0 or (by_document and any(name in gold_documents for name, _ in quotes))
    return loss(status, retrieved, cited)


def _misled(question: GoldQuestion, status: str, text: str) -> bool | None:
    """Whether a wrong answer is stated as the answer; one that is shown beside others in conflict is not."""
    if not question.wrong_answers:
        return None
    return status == "answered" and contains(text, question.wrong_answers)


def _right(question: GoldQuestion, status: str, text: str) -> bool | None:
    if not question.answerable:
        return status in REFUSED
    if question.long or not question.answers:
        return None
    if question.items:
        return covers(text, question.items)
    return contains(text, question.answers)
