"""Text to sentences, sentences to passages. Pure, exact and bounded in time.

Sentence ends are proposed by pysbd, one paragraph at a time, and placed here: pysbd may change or
lose characters, so only its division of the characters that are not spaces is used, and only when
they agree with the text one by one. Where they do not, a plain rule divides the paragraph instead.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from ingest.abbreviations import quicker
from rag.types import Passage, Sentence, Version

PASSAGE_WORDS = 120
SHORTEST_TAIL = 40
LONGEST_SENTENCE = 1_000

_WINDOW = 4_000
_FULL_LINE = 40
_CELLS = "|"
"""Between the cells of a row, one row a line, as `rag/tables.py` reads them."""

_SPACED_MARK = re.compile(r"\s+(?=[.!?,;:](?:\s|$))")
_PLAIN_END = re.compile(
    r"(?<!\b[A-Za-z]\.)(?<!\b[DM][rs]\.)(?<!\bMrs\.)(?<=[.!?…])[”’»\"')\]]*\s+(?=[“‘«\"'(\[]*[A-Z0-9])"
)
_CLOSERS = re.compile(r"(?:[”’»)\]}]|''|[\"'](?=\s|$))+(?=\s|$)")
# Nothing that could end a sentence, or that pysbd takes for a mark, a bracket, a quotation or one of its own signs (of
# which some are letters), before the very last character.
_ONE = re.compile(
    r"[^\W\u0238\u0239\u01aa\u14d0-\u14ff](?:[^\W\u0238\u0239\u01aa\u14d0-\u14ff]|[ \t,;:%/$€£&+=#*–—-]"
    r"|(?<=\w)['’](?=\w))*[.!?]?"
)
_WORD = re.compile(r"\S+")
_NO_WORD = re.compile(r"[^\w]+")
_LOWER_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?(?![\w-])")
_CLOCK = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s\d"
    r"|(?:[ECMP][SD]?T|GMT|UTC|BST|CET)\b|(?:Eastern|Pacific|Central|Mountain)\b"
)

Span = tuple[int, int]


def sentences(text: str, language: str = "") -> list[Sentence]:
    """Every sentence of `text`, in order, trimmed, without overlap.

    Together they cover every character that is not white space. None is longer than
    `LONGEST_SENTENCE`: a longer one is cut at white space or, where there is none, anywhere.
    A language pysbd does not know is read by the rules of English.
    """
    code = language[:2].lower()
    return [
        Sentence(start, end)
        for window in _windows(text, _paragraphs(text))
        for whole in _divide(text, window, code)
        for start, end in _cut(text, whole)
    ]


def passages(version: Version, spans: Sequence[Sentence], salt: str = "") -> list[Passage]:
    """Runs of whole sentences of about `PASSAGE_WORDS` words that share the text out between them.

    Each sentence is in exactly one passage; a tail shorter than `SHORTEST_TAIL` words goes with the
    passage before it, and the rows of a table that fits into one stay together with what introduces it.
    An id is a hash of the document, the version, the place, the words and `salt`: the same input has
    the same ids wherever it is split.
    """
    runs: list[list[Sentence]] = []
    sizes: list[int] = []
    for whole in _wholes(version.text, spans):
        size = sum(_words(version.text[span.start : span.end]) for span in whole)
        if not runs or sizes[-1] + size > PASSAGE_WORDS:
            runs.append([])
            sizes.append(0)
        runs[-1].extend(whole)
        sizes[-1] += size
    if len(runs) > 1 and sizes[-1] < SHORTEST_TAIL:
        tail = runs.pop()
        runs[-1].extend(tail)
    return [_passage(version, run, salt) for run in runs]


def _wholes(text: str, spans: Sequence[Sentence]) -> Iterator[Sequence[Sentence]]:
    """What is not to be divided: a table of at most a passage with the line that introduces it, else each sentence."""
    lines = [text[span.start : span.end] for span in spans]
    start = 0
    while start < len(spans):
        end = start + 1
        if _CELLS in lines[start] or lines[start].endswith(":"):
            while end < len(spans) and _CELLS in lines[end]:
                end += 1
        fits = sum(map(_words, lines[start:end])) <= PASSAGE_WORDS
        yield from [spans[start:end]] if fits else ([span] for span in spans[start:end])
        start = end


def _passage(version: Version, run: Sequence[Sentence], salt: str) -> Passage:
    start, end = run[0].start, run[-1].end
    text = version.text[start:end]
    key = "\0".join((version.document_id, str(version.number), str(start), str(end), text, salt))
    return Passage(
        hashlib.sha256(key.encode()).hexdigest()[:32], version.document_id, version.number, start, end, text, tuple(run)
    )


def _words(text: str) -> int:
    """Words, where a long run without spaces (a link, Chinese) counts once more for every 16 characters."""
    return sum(1 + len(word) // 16 for word in text.split())


def _paragraphs(text: str) -> Iterator[Span]:
    """Spans between line breaks; lines of which one plainly runs on into the next are kept together."""
    start = line = 0
    while line <= len(text):
        end = text.find("\n", line)
        end = len(text) if end < 0 else end
        if not _runs_on(text, line, end):
            yield start, end
            start = end + 1
        line = end + 1


def _runs_on(text: str, line: int, end: int) -> bool:
    """Whether the line break at `end` falls inside a sentence: a full line, then lower case."""
    if end - line < _FULL_LINE or end >= len(text):
        return False
    before = text[max(line, end - 80) : end].rstrip()
    return before[-1:] not in ".!?:;…”\"'" and text[end + 1 : end + 80].lstrip(" \t")[:1].islower()


def _windows(text: str, spans: Iterator[Span]) -> Iterator[Span]:
    """The same spans, the very long ones in pieces, so that no pattern ever runs over megabytes."""
    for start, end in spans:
        while end - start > _WINDOW:
            part = text[start : start + _WINDOW]
            after = max(part.rfind(mark) + 2 for mark in (". ", "? ", "! "))
            if after < _WINDOW // 2:
                after = max(part.rfind(" "), part.rfind("\n")) + 1 or _WINDOW
            yield start, start + after
            start += after
        yield start, end


def _divide(text: str, window: Span, language: str) -> list[Span]:
    """The sentences of one window, trimmed, as spans of `text`."""
    start, end = window
    part = text[start:end]
    if not part or part.isspace():
        return []
    bounds = [*_starts(part, language), len(part)]
    spans = (_trim(part, left, right) for left, right in pairwise(bounds))
    return [(start + left, start + right) for left, right in _repaired(part, [s for s in spans if s[0] < s[1]])]


def _starts(part: str, language: str) -> list[int]:
    """Where the sentences of `part` begin."""
    if _ONE.fullmatch(part) and _usual(language):
        return [0]
    pieces = _proposed(_SPACED_MARK.sub("", part.replace("\n", " ")), language)
    dense = ["".join(piece.split()) for piece in pieces]
    if "".join(dense) != "".join(part.split()):
        return [0, *(match.end() for match in _PLAIN_END.finditer(part))]
    words = [match.span() for match in _WORD.finditer(part)]
    before = list(accumulate((end - start for start, end in words), initial=0))  # characters that are no spaces
    starts, seen = [], 0
    for piece in filter(None, dense):
        word = bisect_right(before, seen) - 1
        starts.append(words[word][0] + seen - before[word])
        seen += len(piece)
    return starts


def _proposed(part: str, language: str) -> list[str]:
    try:
        return [str(piece) for piece in _segmenter(language).processor(part).process()]
    except Exception:  # pysbd builds patterns from the text it reads; whatever trips it, the plain rule stands in
        return []


@cache
def _segmenter(language: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source has invalid escapes, reported when it is first compiled
        from pysbd import Segmenter
    try:
        segmenter = Segmenter(language=language, clean=False)
    except ValueError:
        segmenter = Segmenter(language="en", clean=False)
    segmenter.language_module = quicker(segmenter.language_module)
    return segmenter


@cache
def _usual(language: str) -> bool:
    """Whether a language ends its sentences with the usual marks, so that text without them is one sentence."""
    own, usual = _segmenter(language).language_module, _segmenter("en").language_module
    return all(
        getattr(own, each) == getattr(usual, each)
        for each in ("Punctuations", "SENTENCE_BOUNDARY_REGEX", "QUOTATION_AT_END_OF_SENTENCE_REGEX")
    )


def _repaired(part: str, spans: Sequence[Span]) -> list[Span]:
    """The spans with what belongs to the sentence before given back to it."""
    whole: list[Span] = []
    for start, end in spans:
        if whole:
            closers = _CLOSERS.match(part, start, end)
            if closers:
                whole[-1] = (whole[-1][0], closers.end())
                start = _trim(part, closers.end(), end)[0]
                if start >= end:
                    continue
            if _continues(part[slice(*whole[-1])], part[start:end]):
                whole[-1] = (whole[-1][0], end)
                continue
        whole.append((start, end))
    return whole


def _continues(before: str, after: str) -> bool:
    """Whether `after` goes on with the sentence `before`: no word, a lower-case word, or a day after a time of day.

    A text without any capitals is left alone, and so is a name that begins small (al-Rifai, iPhone).
    """
    if _NO_WORD.fullmatch(after):
        return True
    if _CLOCK.search(before) and _AFTER_CLOCK.match(after):
        return True
    word = _LOWER_WORD.match(after)
    return word is not None and word.group().islower() and not before[:1].islower()


def _cut(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    while end - start > LONGEST_SENTENCE:
        part = text[start : start + LONGEST_SENTENCE + 1]
        space = max(part.rfind(" "), part.rfind("\n"), part.rfind("\t"))
        after = start + (space if space > LONGEST_SENTENCE // 2 else LONGEST_SENTENCE)
        yield _trim(text, start, after)
        start = _trim(text, after, end)[0]
    yield start, end


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
