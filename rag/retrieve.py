"""Question to hits: dense and lexical candidates, seen through the store, fused, copies left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from rag.ablation import Ablation
from rag.fusion import in_turns, min_max_sum
from rag.seams import Embedder, Match, PassageIndex
from rag.store import Store
from rag.types import Document, Hit, Passage, Question

CANDIDATES = 50


class WordSearch(Protocol):
    """Search by words: FTS5 in the service."""

    def search(self, question: Question, limit: int) -> list[Match]: ...


class Retriever:
    """Finds passages without a language model. Safe to call from several threads."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        dense: PassageIndex,
        words: WordSearch,
        without: Ablation = Ablation.NOTHING,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._dense = dense
        self._words = words
        self._without = without

    def retrieve(self, question: Question, limit: int) -> list[Hit]:
        """At most `limit` hits, best first; the same question over the same collection gives the same hits.

        What an index proposes counts only if the store says that it exists and may be seen, and its
        similarity is computed from the store's vector. Raises `Unavailable`.
        """
        vector = self._embedder.embed_query(question.text)
        without = self._without
        by_words = [] if without is Ablation.LEXICAL else self._words.search(question, CANDIDATES)
        by_meaning = [] if without is Ablation.DENSE else self._dense.search(vector, question, CANDIDATES)
        lexical = {match.passage_id: match.score for match in by_words}
        proposed = [match.passage_id for match in by_meaning]
        seen = self._store.passages([*lexical, *proposed], question)
        vectors = self._store.vectors(list(seen), self._embedder.stamp)
        similarity = {key: float(vectors[key] @ vector) for key in seen if key in vectors}
        words = {key: score for key, score in lexical.items() if key in similarity}
        if without is Ablation.DENSE:
            fused = min_max_sum({}, words)
        else:
            fused = (in_turns if without is Ablation.FUSION else min_max_sum)(similarity, words)
        best = _without_copies((key, score, *seen[key]) for key, score in fused)
        return [
            Hit(passage, document, score, rank, similarity[key])
            for rank, (key, score, passage, document) in enumerate(best[:limit], 1)
        ]

    def stand(self, passages: Collection[Passage], question: Question) -> bool:
        """Whether the store still says what these passages say: none was deleted or replaced meanwhile."""
        seen = self._store.passages([passage.id for passage in passages], question)
        return all(passage.id in seen and seen[passage.id][0].text == passage.text for passage in passages)


Found = tuple[str, float, Passage, Document]


def _without_copies(ranked: Iterable[Found]) -> list[Found]:
    """The ranked passages, each text once: at its best rank."""
    seen: set[str] = set()
    kept = []
    for found in ranked:
        text = " ".join(found[2].text.split()).casefold()
        if text not in seen:
            seen.add(text)
            kept.append(found)
    return kept
