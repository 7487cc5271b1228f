"""A draft as it comes from the model: cut into sentences while it is still being written. Pure."""

from __future__ import annotations

import re

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


class SentenceStream:
    """Collects pieces of a draft and gives back its sentences, each as soon as the next one begins."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that this piece shows to be complete, in order."""
        self._text += piece
        found = []
        while (end := _first_end(self._text)) is not None:
            found.append(self._text[:end])
            self._text = self._text[end:].lstrip()
        return [sentence for sentence in map(cleaned, found) if sentence]

    def rest(self) -> list[str]:
        """What is left when the draft has ended: at most one sentence."""
        text, self._text = cleaned(self._text), ""
        return [text] if text else []


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
