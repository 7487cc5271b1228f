"""Search by words: BM25 over the full-text index that SQLite keeps (FTS5)."""

from __future__ import annotations

import re

from sqlalchemy import Connection, Integer, Numeric, column, select, text

from rag.seams import Match
from rag.store import Store
from rag.store.passages import JOINED, visible
from rag.store.tables import passages
from rag.terms import STOP_WORDS
from rag.types import Question

_SPARE = 4
_MOST_WORDS = 64
_MOST_PHRASES = 8
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"""["“«]([^"“”«»]+)["”»]|‘([^‘’]+)’|(?<!\w)'([^']+)'(?!\w)""")
# A headline says what an article is about, in few words: a match there should help, not decide.
_RANKED = text(
    "SELECT rowid AS number, bm25(fulltext, 0.5, 1.0) AS distance FROM fulltext "
    "WHERE fulltext MATCH :words ORDER BY distance, number LIMIT :most"
).columns(column("number", Integer), column("distance", Numeric(asdecimal=False)))


class FullText:
    """BM25 (Robertson and Zaragoza 2009, with FTS5's k1 = 1.2 and b = 0.75) over stemmed words."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def search(self, question: Question, limit: int) -> list[Match]:
        """At most `limit` passages that share a word with the question and may be seen, best first.

        Words that say nothing count only if there are no others. Scores are above 0 and mean nothing across
        questions; equal ones are in the order of ids. Raises `Unavailable`.
        """
        words = match_expression(question.text)
        if not words:
            return []
        with self._store.read() as connection:
            # Ranking first and filtering the best few is faster by far where most passages may be seen.
            found, proposed = _search(connection, question, words, limit, limit * _SPARE)
            if len(found) < limit and proposed == limit * _SPARE:
                found, _ = _search(connection, question, words, limit, -1)
        return found


def match_expression(question: str) -> str:
    """The question's words, any of which may match, each quoted so that none is taken for an operator.

    A stop word in capitals (WHO, IT) in a question that is not all capitals is a name. What stands in quotation marks
    matches once more as a whole, its words in their order, so that a passage that holds it comes before others.

    >>> match_expression('Who "had no plan"?')
    '"plan" OR "had no plan"'
    """
    words = list(dict.fromkeys(_WORD.findall(question)))
    telling = [
        word
        for word in words
        if word.casefold() not in STOP_WORDS or (len(word) > 1 and word.isupper() and not question.isupper())
    ]
    quoted = [_WORD.findall("".join(match.groups(""))) for match in _QUOTED.finditer(question)]
    phrases = [" ".join(phrase) for phrase in quoted if 1 < len(phrase) <= _MOST_WORDS]
    return " OR ".join(f'"{sought}"' for sought in ((telling or words)[:_MOST_WORDS] + phrases[:_MOST_PHRASES]))


def _search(connection: Connection, question: Question, words: str, limit: int, most: int) -> tuple[list[Match], int]:
    """The visible ones of the `most` best passages (-1: of all), and how many were looked at."""
    ranked = _RANKED.bindparams(words=words, most=most).subquery()
    query = select(passages.c.id, ranked.c.distance, visible(question).label("visible"))
    query = query.select_from(ranked.join(JOINED, passages.c.number == ranked.c.number))
    rows = connection.execute(query.order_by(ranked.c.distance, passages.c.id)).all()
    return [Match(row.id, -row.distance) for row in rows if row.visible][:limit], len(rows)
