"""Question to hits: dense and lexical candidates, seen through the store, fused, copies left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from rag.ablation import Ablation
from rag.collapse import Found, collapse
from rag.fusion import in_turns, min_max_sum
from rag.seams import Embedder, Match, PassageIndex, Vectors
from rag.store import Store
from rag.timely import asked_about, gains, printed, raised, windows
from rag.types import Hit, Passage, Question

CANDIDATES = 50
WIDER = 4
MOST_CANDIDATES = 3_200


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

    def retrieve(self, question: Question, limit: int, vector: Vectors | None = None) -> list[Hit]:
        """At most `limit` hits, best first; the same question over the same collection gives the same hits.

        What an index proposes counts only if the store says that it exists and may be seen, and its
        similarity is computed from the store's vector. Near-copies of a document that may be seen are named
        with its hits, not shown beside them; where they left too little, more candidates are asked for.
        `vector` is the question's, shape (dimension,), where it is known already. Raises `Unavailable`.
        """
        if vector is None:
            vector = self._embedder.embed_query(question.text)
        candidates = CANDIDATES
        while True:
            hits, more = self._hits(question, vector, candidates)
            if len(hits) >= limit or not more or candidates >= MOST_CANDIDATES:
                return self._noted(hits[:limit], question)
            candidates *= WIDER

    def _hits(self, question: Question, vector: Vectors, candidates: int) -> tuple[list[Hit], bool]:
        """What so many candidates of each index lead to, and whether an index may have more."""
        without = self._without
        words, meaning = self._matches(question, vector, candidates)
        spans = [] if without is Ablation.TIME else asked_about(question)
        beside = [self._matches(window, vector, candidates) for window in windows(question, spans)]
        everywhere = dict.fromkeys(match.passage_id for match in (*words, *meaning))
        then = dict.fromkeys(match.passage_id for found in beside for matches in found for match in matches)
        seen = self._store.passages(list(everywhere | then), question)
        timely = {key for key, (_, document) in seen.items() if spans and printed(spans, document) > 0}
        seen = {key: found for key, found in seen.items() if key in everywhere or key in timely}
        vectors = self._store.vectors(list(seen), self._embedder.stamp)
        similarity = {key: float(vectors[key] @ vector) for key in seen if key in vectors}
        matches = [*words, *(match for found, _ in beside for match in found if match.passage_id in timely)]
        lexical = {match.passage_id: match.score for match in matches if match.passage_id in similarity}
        # What was found by its time alone must not stretch the scale on which the others stand.
        lowest = min((cosine for key, cosine in similarity.items() if key in everywhere), default=-1.0)
        dense = {key: max(cosine, lowest) for key, cosine in similarity.items()}
        fuse = in_turns if without is Ablation.FUSION else min_max_sum
        fused = fuse({} if without is Ablation.DENSE else dense, lexical)
        fused = raised(fused, gains(spans, fused, seen))
        copies = self._store.copies(list(similarity), question)
        clusters = {document_id: members[0].id for document_id, members in copies.items() if members}
        left = collapse([Found(*seen[key], score, similarity[key]) for key, score in fused], clusters)
        hits = [
            Hit(
                found.passage,
                found.document,
                found.score,
                rank,
                found.similarity,
                clusters.get(found.document.id, found.document.id),
                tuple(copy for copy in copies.get(found.document.id, ()) if copy.id != found.document.id),
            )
            for rank, found in enumerate(left, 1)
        ]
        return hits, max(len(words), len(meaning)) >= candidates

    def _matches(self, question: Question, vector: Vectors, limit: int) -> tuple[list[Match], list[Match]]:
        """What the indexes propose: by words and by meaning."""
        words = [] if self._without is Ablation.LEXICAL else self._words.search(question, limit)
        return words, [] if self._without is Ablation.DENSE else self._dense.search(vector, question, limit)

    def _noted(self, hits: list[Hit], question: Question) -> list[Hit]:
        """The hits with what corrects or retracts them."""
        notices = self._store.notices({hit.document.id: hit.document for hit in hits}.values(), question)
        return [replace(hit, notices=notices.get(hit.document.id, ())) for hit in hits]

    def stand(self, passages: Collection[Passage], question: Question) -> bool:
        """Whether the store still says what these passages say: none was deleted or replaced meanwhile."""
        seen = self._store.passages([passage.id for passage in passages], question)
        return all(passage.id in seen and seen[passage.id][0].text == passage.text for passage in passages)
