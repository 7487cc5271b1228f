"""The plain way to answer from documents, as tutorials show it: split, embed, search, ask, believe.

Chunks of 1,000 characters with 200 of overlap, the four nearest by cosine, one prompt, and whatever the
model says. No search by words, no reading of sentences, no check, and no notion of versions or `as_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from ingest.split import sentences
from rag.refuse import gives_up
from rag.seams import Embedder, LanguageModel, Message
from rag.types import Document, Filters

CHUNK_CHARACTERS = 1_000
OVERLAP_CHARACTERS = 200
CHUNKS_READ = 4
LONGEST_REPLY = 256
PROMPT = """\
Use these pieces of context to answer the question that follows them. If you do not know the answer, say that you \
don't know.

{context}

Question: {question}
Answer:"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document's text, `text[start:end]`, and its cosine to the question."""

    document: Document
    start: int
    text: str
    score: float

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Chunks:
    """The collection: every document's latest text in one in-memory vector store."""

    def __init__(self, embedder: Embedder) -> None:
        self._store = InMemoryVectorStore(_Embeddings(embedder))
        self._splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
        )
        self._held: dict[str, list[str]] = {}
        self.documents: dict[str, Document] = {}
        self.texts: dict[str, str] = {}

    def add(self, document: Document, text: str) -> None:
        """Hold this document, in place of an earlier state of it."""
        self.delete(document.id)
        pieces = self._splitter.create_documents([text], [{"document_id": document.id}])
        self._held[document.id] = self._store.add_documents(pieces) if pieces else []
        self.documents[document.id], self.texts[document.id] = document, text

    def delete(self, document_id: str) -> bool:
        """Hold it no longer; whether it was held."""
        self._store.delete(self._held.pop(document_id, []))
        self.texts.pop(document_id, None)
        return self.documents.pop(document_id, None) is not None

    def nearest(self, question: str, filters: Filters, limit: int) -> list[Chunk]:
        """The chunks nearest by cosine that pass the filters, best first."""

        def passes(piece: LangChainDocument) -> bool:
            return _passes(self.documents[piece.metadata["document_id"]], filters)

        found = self._store.similarity_search_with_score(question, k=limit, filter=passes)
        return [
            Chunk(
                self.documents[piece.metadata["document_id"]],
                int(piece.metadata["start_index"]),
                piece.page_content,
                float(score),
            )
            for piece, score in found
        ]


async def answered(model: LanguageModel, question: str, chunks: Sequence[Chunk]) -> str | None:
    """What the model says, None where its first sentence is that it does not know. Raises `Unavailable`."""
    context = "\n\n".join(chunk.text for chunk in chunks)
    message = Message("user", PROMPT.format(context=context, question=question))
    reply = "".join([piece async for piece in model.stream([message], LONGEST_REPLY)]).strip()
    first = sentences(reply)[:1]
    return None if not first or gives_up(reply[: first[0].end]) else reply


class _Embeddings(Embeddings):
    """LangChain's interface over the embedder that Groundwire uses."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_documents(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._embedder.embed_query(text).tolist()
        return vector


def _passes(document: Document, filters: Filters) -> bool:
    at, after, before = document.published_at, filters.published_after, filters.published_before
    return (
        (not filters.sources or document.source in filters.sources)
        and (not filters.document_ids or document.id in filters.document_ids)
        and not (at and after and at < after)
        and not (at and before and at > before)
    )


def metadata(document: Document) -> dict[str, Any]:
    """What a reply says of a document."""
    at = document.published_at
    known = {"title": document.title, "source": document.source, "url": document.url}
    return {"document_id": document.id} | known | {"published_at": at.isoformat() if at else None}
