"""Texts embedded in a thread of their own, while other documents are split and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from rag.seams import Vectors

EMBED_AT_ONCE = 32

Made = dict[str, Vectors]


class Ahead:
    """Embeds what is asked for, in that order and each text once, from the moment it is asked for.

    It lasts for a `with`, which ends without waiting for what nobody took: only the call in the middle of which the
    embedder is can then not be stopped.
    """

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """`embed` is called in the other thread, one call at a time, with about `EMBED_AT_ONCE` texts."""
        self._embed = embed
        self._pool = ThreadPoolExecutor(1, "embedding")
        self._coming: dict[str, Future[Made]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def ask(self, texts: Mapping[str, str]) -> None:
        """Have these texts embedded, by digest, but for those that were asked for before."""
        new = [digest for digest in texts if digest not in self._coming]
        parts = max(round(len(new) / EMBED_AT_ONCE), 1)  # alike in size: a few left over would keep one core idle
        for number in range(parts):
            part = new[len(new) * number // parts : len(new) * (number + 1) // parts]
            self._coming |= dict.fromkeys(part, self._pool.submit(self._made, {key: texts[key] for key in part}))

    def take(self, digests: Iterable[str]) -> Iterator[Made]:
        """The vectors of texts that were asked for, as they were embedded together. Raises what `embed` raised."""
        wanted = {self._coming[digest] for digest in digests}
        for future in dict.fromkeys(self._coming.values()):
            if future in wanted:
                yield future.result()

    def _made(self, texts: Mapping[str, str]) -> Made:
        return dict(zip(texts, self._embed(list(texts.values())), strict=True))
