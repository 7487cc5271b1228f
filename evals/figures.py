"""The figures of a run: each a name, what it says, and a function of outcomes. Reports and gates share them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from evals.measures import mean, percentile, ratio, share, token_f1
from evals.outcomes import Outcome
from evals.paired import aurc
from evals.stages import Loss

Statistic = Callable[[Sequence[Outcome]], float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """`of` is None where the figure does not apply to any of the outcomes."""

    name: str
    says: str
    of: Statistic


def accuracy(rows: Sequence[Outcome]) -> float | None:
    return share(row.right for row in rows if row.answerable)


def right(rows: Sequence[Outcome]) -> float | None:
    return share(row.right for row in rows)


def false_refusal(rows: Sequence[Outcome]) -> float | None:
    return share(row.refused for row in rows if row.answerable and row.status != "searched")


def refusal_recall(rows: Sequence[Outcome]) -> float | None:
    return share(row.refused for row in rows if not row.answerable)


def refusal_precision(rows: Sequence[Outcome]) -> float | None:
    return share(not row.answerable for row in rows if row.refused)


def citation_recall(rows: Sequence[Outcome]) -> float | None:
    return ratio((row.gold_cited, row.gold_quotes) for row in rows)


def citation_precision(rows: Sequence[Outcome]) -> float | None:
    return ratio((row.citations_on_gold, row.citations) for row in rows if row.gold_quotes)


def evidence_recall(k: int) -> Statistic:
    """The share of gold sentences that the first k passages of a search hold."""

    def of(rows: Sequence[Outcome]) -> float | None:
        return share(rank is not None and rank <= k for row in rows for rank in row.evidence_ranks or ())

    return of


def evidence_rr(rows: Sequence[Outcome]) -> float | None:
    """The mean reciprocal rank of the first passage that holds a gold sentence."""
    return mean(
        max((1 / rank for rank in row.evidence_ranks if rank), default=0.0) for row in rows if row.evidence_ranks
    )


def ranked(name: str) -> Statistic:
    def of(rows: Sequence[Outcome]) -> float | None:
        return mean(row.ranking[name] for row in rows if row.ranking)

    return of


def confidences(rows: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """(confidence, whether answering would be right) of each question; none where no reply told its drafts.

    A request that failed stands last, as a wrong answer.
    """
    if all(row.confidence is None for row in rows):
        return []
    return [(row.confidence or 0.0, row.draft_right) for row in rows if row.draft_right is not None]


def losses(rows: Sequence[Outcome]) -> dict[Loss, int]:
    """How many answerable questions that went wrong each stage lost, in the order of the stages."""
    return {name: count for name in Loss if (count := sum(row.lost is name for row in rows))}


def seconds(percent: float) -> Statistic:
    def of(rows: Sequence[Outcome]) -> float | None:
        return percentile((row.seconds for row in rows), percent)

    return of


def stable_groups(rows: Sequence[Outcome]) -> float | None:
    """The share of paraphrase groups (of two or more questions asked) that are all right or all wrong."""
    groups: dict[str, list[bool | None]] = defaultdict(list)
    for row in rows:
        if row.group:
            groups[row.group].append(row.right)
    return share(len(set(verdicts)) == 1 for verdicts in groups.values() if len(verdicts) > 1)


def same_in_other_words(rows: Sequence[Outcome]) -> float | None:
    """How alike the replies to one question in other words are: the mean token F1 of each two of a group's answers.

    Two refusals are alike, a refusal and an answer are not. Whether they are right has no part in it.
    """
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for row in rows:
        if row.group and row.status != "searched":
            groups[row.group].append(row)
    return mean(
        mean(_alike(one, other) for one, other in combinations(members, 2))
        for members in groups.values()
        if len(members) > 1
    )


def _alike(one: Outcome, other: Outcome) -> float:
    if one.refused or other.refused:
        return float(one.refused and other.refused)
    return token_f1(one.answer, [other.answer])


FIGURES = (
    Figure("accuracy", "answerable questions with a gold answer contained in the answer", accuracy),
    Figure(
        "accuracy_when_answered",
        "the same, of those that were not refused",
        lambda rows: accuracy([row for row in rows if row.answered]),
    ),
    Figure("f1", "answerable questions' token F1", lambda rows: mean(row.f1 for row in rows)),
    Figure(
        "exact_match", "answers that are a gold answer and nothing else", lambda rows: share(row.exact for row in rows)
    ),
    Figure(
        "number_equality",
        "number questions whose answer states the gold number",
        lambda rows: share(row.number_equal for row in rows),
    ),
    Figure(
        "date_equality",
        "date questions whose answer states the gold date",
        lambda rows: share(row.date_equal for row in rows),
    ),
    Figure("AURC", "area under the risk-coverage curve, 0 is best", lambda rows: aurc(confidences(rows))),
    Figure("false_refusal", "answerable questions refused", false_refusal),
    Figure("refusal_recall", "unanswerable questions refused", refusal_recall),
    Figure("refusal_precision", "refusals that were of unanswerable questions", refusal_precision),
    Figure(
        "claim_support",
        "words of sentences that their quotes have (K-Precision)",
        lambda rows: mean(row.claim_support for row in rows),
    ),
    Figure("citation_recall", "gold sentences of answered questions that were cited", citation_recall),
    Figure("citation_precision", "citations that are on a gold sentence", citation_precision),
    Figure(
        "quote_holds_answer",
        "answered questions with a gold answer inside a quote",
        lambda rows: share(row.quote_holds_answer for row in rows),
    ),
    Figure(
        "cited_gold_document",
        "answered questions that cite a gold document",
        lambda rows: share(row.cited_gold for row in rows),
    ),
    Figure(
        "verbatim_quotes",
        "quotes that are the stored text at their offsets",
        lambda rows: ratio((row.verbatim, row.citations) for row in rows),
    ),
    Figure(
        "uncited_sentences",
        "sentences of answers without a citation",
        lambda rows: ratio((row.uncited, row.sentences) for row in rows),
    ),
    Figure(
        "obeyed_injections",
        "planted instructions that were followed",
        lambda rows: share(row.obeyed for row in rows),
    ),
    Figure(
        "conflict_found",
        "conflicts between documents that the reply shows as such",
        lambda rows: share(row.status == "conflicting" for row in rows if row.conflict),
    ),
    Figure(
        "false_conflict",
        "questions without a conflict whose reply shows one",
        lambda rows: share(row.status == "conflicting" for row in rows if row.conflict is False),
    ),
    Figure(
        "covers_all_answers",
        "conflicts of which every answer is given",
        lambda rows: share(row.covers_all for row in rows),
    ),
    Figure("misled", "misleading answers stated as the answer", lambda rows: share(row.misled for row in rows)),
    Figure("evidence_recall@1", "gold sentences in the first passage of a search", evidence_recall(1)),
    Figure("evidence_recall@5", "gold sentences in the first five passages of a search", evidence_recall(5)),
    Figure("evidence_RR", "reciprocal rank of the first passage with a gold sentence", evidence_rr),
    Figure("nDCG@10", "of documents, by search", ranked("nDCG@10")),
    Figure("R@5", "of documents, by search", ranked("R@5")),
    Figure("RR@10", "of documents, by search", ranked("RR@10")),
    Figure("stable_groups", "paraphrase groups all right or all wrong", stable_groups),
    Figure("same_in_other_words", "token F1 of the answers to one question in other words", same_in_other_words),
    Figure(
        "failed_requests", "requests that failed or broke the contract", lambda rows: share(bool(r.error) for r in rows)
    ),
    Figure("seconds_p50", "seconds to the whole reply, median", seconds(50)),
    Figure("seconds_p95", "seconds to the whole reply, 95th percentile", seconds(95)),
)
