"""Files and pages that clients send or name, read beside the event loop.

A few threads of their own do it, so that however many files come, every other request is still answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import PurePath
from typing import TypeVar

from ingest.apart import Apart
from ingest.fetch import Fetcher
from ingest.pages import MEDIA, Pages
from ingest.readers import ENDINGS
from rag.types import Failure, NewDocument

AT_ONCE = 4

Result = TypeVar("Result")


class Reading:
    """What reads files, what fetches pages, and the threads for both."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._apart = Apart()
        self.pages = Pages(fetcher, self._apart)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reading")

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Work done in one of the threads, as soon as one is free."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments))

    def files(self, files: Iterable[tuple[bytes, str, str]]) -> Iterable[NewDocument | Failure]:
        """The documents in files given as content, name and media type, and a failure for each that cannot be read.

        The name says which format it is; where it says nothing that is known, the media type does.
        """
        for data, name, media in files:
            kind = MEDIA.get(media.partition(";")[0].strip().lower(), "")
            unknown = PurePath(name).suffix.lower() not in ENDINGS
            yield from self._apart.read(data, f"{name}{kind}" if unknown else name)

    def close(self) -> None:
        """Begin nothing more, and end the process that reads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._apart.close()
