"""A draft as it comes from the model: cut into sentences while it is still being written. Pure."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from rag.seams import Piece
from rag.terms import terms

_END = re.compile(r"""[.!?…]["'”’)\]]*(?=\s+["'“‘(\[]*[A-Z0-9])""")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Sen|Rep|Gov|St|Jr|Sr|No|vs|etc|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug"
    r"|Sept?|Oct|Nov|Dec|approx|ca)|\b(?:[A-Za-z]\.)*[A-Za-z])\.$"
)
_MARKER = re.compile(r"\s*\[\d+\]")
_LIST_MARK = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+)")
_LEAD_IN = re.compile(
    r"^(?:(?:according to|based on|from) the (?:passages?|articles?|text)(?: (?:provided|given|above))?,?|answer:)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of a draft, cleaned, and the pieces it came in, as they came."""

    text: str
    pieces: tuple[Piece, ...]


class SentenceStream:
    """Collects pieces of a draft and gives back its sentences, each as soon as the next one begins."""

    def __init__(self) -> None:
        self._text = ""
        self._began = self._read = 0
        self._pieces: deque[tuple[int, Piece]] = deque()

    def feed(self, piece: Piece) -> list[Drafted]:
        """The sentences that this piece shows to be complete, in order."""
        self._pieces.append((self._read, piece))
        self._read += len(piece.text)
        self._text += piece.text
        found = []
        while (end := _first_end(self._text)) is not None:
            found += self._cut(end)
        return found

    def rest(self) -> list[Drafted]:
        """What is left when the draft has ended: at most one sentence."""
        return self._cut(len(self._text))

    def _cut(self, end: int) -> list[Drafted]:
        """The text up to `end`, with the pieces that begin there, unless nothing is said in it."""
        text, left = cleaned(self._text[:end]), self._text[end:].lstrip()
        pieces = []
        while self._pieces and self._pieces[0][0] < self._began + end:
            pieces.append(self._pieces.popleft()[1])
        self._began, self._text = self._read - len(left), left
        return [Drafted(text, tuple(pieces))] if text else []


def certainty(drafted: Drafted, question: str) -> float | None:
    """Geometric mean in [0, 1] of the probabilities that the model gave to the words a sentence brings.

    Those are the words that the question had not; it is 1 where there are none. None where the model tells no
    probabilities.
    """
    brought = set(terms(drafted.text)) - set(terms(question))
    words = [word for word in _words(drafted.pieces) if not brought.isdisjoint(terms("".join(p.text for p in word)))]
    told = [piece.logprob for word in words or [drafted.pieces] for piece in word]
    logprobs = [logprob for logprob in told if logprob is not None]
    if not told or len(logprobs) < len(told):
        return None
    return math.exp(min(0.0, sum(logprobs) / len(words))) if words else 1.0


def _words(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces by word: one that begins with a space begins another."""
    found: list[list[Piece]] = []
    for piece in pieces:
        if not found or piece.text[:1].isspace():
            found.append([])
        found[-1].append(piece)
    return found


def cleaned(sentence: str) -> str:
    """A drafted sentence without markers of its own making, bullets, and phrases about "the passages"."""
    text = _LIST_MARK.sub("", _MARKER.sub("", " ".join(sentence.split())).strip())
    without = _LEAD_IN.sub("", text)
    if without != text and without:
        without = without[0].upper() + without[1:]
    return without if any(character.isalnum() for character in without) else ""


def without_year(sentence: str, year: int) -> str:
    """The sentence without a year that only the day of asking can have brought in.

    >>> without_year("He was killed on March 15, 2026, in Anbar.", 2026), without_year("In 2026 it fell.", 2026)
    ('He was killed on March 15, in Anbar.', 'In 2026 it fell.')
    """
    return re.sub(rf"(?<=\d),? {year}\b|(?<=[a-z]),? (?:in |of )?{year}(?=[.,]|$)", "", sentence)


def _first_end(text: str) -> int | None:
    """Where the first sentence that another one follows ends."""
    line = text.find("\n")
    for match in _END.finditer(text):
        if 0 <= line < match.end():
            break
        if not _ABBREVIATED.search(text[: match.start() + 1]):
            return match.end()
    return line + 1 if line >= 0 and text[line:].strip() else None
