"""One document and what is known of it, to the change it makes. Decides; the pipeline acts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from ingest.clean import clean
from ingest.copies import sign
from ingest.notices import recognised
from ingest.split import passages, sentences
from rag.store import Entry, Item, Moment, Result, Standing, validity
from rag.types import Document, Version


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change to make. `texts` are what is to be embedded, one for each passage of the entry."""

    entry: Entry
    texts: tuple[str, ...]
    valid_from: datetime | None
    result: Result


def prepare(item: Item, standing: Standing, now: datetime, max_chars: int) -> Prepared | Result:
    """The change an item makes to a document that stands as it does, or that it makes none.

    Other text is a new version, even if an older one had it; other metadata alone changes the current one.
    Raises `Rejected`, or `InvalidInput` for what no document can have.
    """
    new = recognised(clean(item.payload, max_chars))
    known = (new.title, new.url, new.source, new.published_at, new.language, new.corrects, new.retracts)
    document = Document(item.document_id, *known, new.authors, new.updated_at)
    digest = digest_of(new.text)
    if digest != standing.digest:
        number, ingested, before = len(standing.moments) + 1, now, standing.moments
    elif document == standing.document:
        return Result("unchanged")
    else:
        number, ingested, before = len(standing.moments), standing.moments[-1].ingested_at, standing.moments[:-1]
    version = Version(document.id, number, new.text, digest, ingested, new.pages)
    spans = sentences(new.text, new.language)
    # all that an index holds about a passage is part of its id, so that a change leaves no row out of date
    published = "" if document.published_at is None else document.published_at.isoformat()
    salt = "\0".join((str(standing.incarnation), document.title, document.source, published))
    found = passages(version, spans, salt)
    texts = tuple(embedded_text(document.title, passage.text) for passage in found)
    embedded = tuple(digest_of(text) for text in texts)
    entry = Entry(item.seq, document, version, tuple(spans), tuple(found), embedded, sign(new.text))
    valid_from, _ = validity((*before, Moment(document.published_at, ingested)))[-1]
    return Prepared(entry, texts, valid_from, Result("updated" if standing.moments else "added"))


def embedded_text(title: str, text: str) -> str:
    """What a passage's vector is made from: its text, under the headline that says what it is about."""
    return f"{title}\n{text}" if title else text


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
