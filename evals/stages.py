"""Which stage lost an answerable question that went wrong. Pure, with worked examples."""

from __future__ import annotations

from enum import StrEnum


class Loss(StrEnum):
    """Where an answer was lost, in the order in which a question passes through."""

    NOT_RETRIEVED = "not retrieved"
    REFUSED_NOT_RETRIEVED = "refused, not retrieved"
    REFUSED_RETRIEVED = "refused, retrieved"
    NOT_CITED = "retrieved, not cited"
    CITED_WRONG = "cited, wrong"
    FAILED = "failed"


EXPLAINED = {
    Loss.NOT_RETRIEVED: "answered wrong, with no gold sentence among the passages",
    Loss.REFUSED_NOT_RETRIEVED: "refused, with no gold sentence among the passages",
    Loss.REFUSED_RETRIEVED: "refused although a gold sentence was among the passages",
    Loss.NOT_CITED: "answered wrong and from elsewhere, although a gold sentence was among the passages",
    Loss.CITED_WRONG: "cited a gold sentence and still answered wrong",
    Loss.FAILED: "the request failed, or the reply broke the contract",
}


def loss(status: str, retrieved: bool | None, cited: bool) -> Loss | None:
    """Where a wrong reply to an answerable question was lost; None where its gold evidence is not known.

    `retrieved`: a gold sentence is among the reply's passages (None: unknown); `cited`: among its citations.

    >>> str(loss("not_found", True, False)), str(loss("answered", False, False)), str(loss("answered", True, True))
    ('refused, retrieved', 'not retrieved', 'cited, wrong')
    >>> str(loss("error", None, False)), loss("answered", None, False)
    ('failed', None)
    """
    if status == "error":
        return Loss.FAILED
    if retrieved is None:
        return None
    if status not in ("answered", "conflicting"):
        return Loss.REFUSED_RETRIEVED if retrieved else Loss.REFUSED_NOT_RETRIEVED
    if cited:
        return Loss.CITED_WRONG
    return Loss.NOT_CITED if retrieved else Loss.NOT_RETRIEVED
