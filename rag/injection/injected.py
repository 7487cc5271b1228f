"""Sentences that speak to whoever reads the article for an answer, instead of telling of something. Pure.

An article is data, whatever it says: the model that reads it has no tools, and what it drafts is checked. A
sentence that gives orders to a reader is in addition never shown to the model, never a quote and never the
context of one: an order is no evidence. The patterns know the common ways to give such orders and no more; what
slips through is left to the checks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from rag.injection.orders import ANNOUNCES, CONTINUES, RECALLS, SQUEEZED, addresses, loud, quiet
from rag.injection.unmasked import guises, hidden, spread, squeezed
from rag.types import Fault, Hit, Passage, Sentence

PAIR = 3
"""Sentences in which a question and the beginning of its answer stand."""

_SPEECH = re.compile(r"“[^”]*(?:”|$)|^[^“]*”|\"[^\"]*(?:\"|$)|‘[^’]*’(?!\w)|«[^»]*(?:»|$)")
_OPENED = re.compile(
    r"<\|?\s*(?:im_start|system|assistant|user|begin_of_text|start_of_turn|start_header_id)\b|\[(?:INST|SYSTEM)\]|<<SYS>>",
    re.I,
)
_CLOSED = re.compile(
    r"<\|?\s*(?:im_end|eot_id|endoftext|end_of_turn)|</\s*(?:system|assistant|user)|\[/(?:INST|SYSTEM)\]|<</SYS>>", re.I
)
_QUESTION = re.compile(r"^\W*Q\s*[:.]\s", re.IGNORECASE)
_ANSWER = re.compile(r"^\W*A\s*[:.]\s|\bA\s*:\s")
_LIVE = re.compile(r"<[/!]?[a-z][^<>]*>|!\[|\]\(|\]:\s*\S+://|\b(?:java|vb)script:|\bdata:text", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def gives_orders(sentence: str) -> bool:
    """Whether a sentence of an article tries to tell its reader what to answer, or hides what it says."""
    said = list(guises(sentence))
    if hidden(sentence) or any(map(loud, said)):
        return True
    if spread(sentence) and SQUEEZED.search(squeezed(sentence)):
        return True
    return any(quiet(_SPEECH.sub(" ", each)) for each in said)


@lru_cache(maxsize=5_000)
def evidence_in(passage: Passage) -> tuple[Sentence, ...]:
    """The sentences of a passage that may be evidence, in order.

    Left out are those that give orders; the one after or before such a sentence that it announces or refers to, and
    those that go on with it; what stands in the template of a chat; and a question with its answer where a text that
    is no interview has one pair of them.
    """
    texts = [passage.slice(sentence) for sentence in passage.sentences]
    left_out = {at for at, text in enumerate(texts) if gives_orders(text)} | _templates(texts) | _lone_pair(texts)
    for at in sorted(left_out):
        if ANNOUNCES.search(texts[at]) or (addresses(texts[at]) and _same_line(passage, at)):
            left_out.add(at + 1)
        if RECALLS.search(texts[at]):
            left_out.add(at - 1)
    for at, text in enumerate(texts):
        if at - 1 in left_out and CONTINUES.search(text):
            left_out.add(at)
    return tuple(sentence for at, sentence in enumerate(passage.sentences) if at not in left_out)


def told(passage: Passage) -> str:
    """The text of a passage without what may not be evidence."""
    text = passage.text
    for sentence in set(passage.sentences) - set(evidence_in(passage)):
        start, end = sentence.start - passage.start, sentence.end - passage.start
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def unarmed(hit: Hit) -> Hit:
    """The hit without what in its article's headline or outlet gives orders: it is read under them."""
    document = hit.document
    title, source = ("" if gives_orders(each) else each for each in (document.title, document.source))
    if (title, source) == (document.title, document.source):
        return hit
    return replace(hit, document=replace(document, title=title, source=source))


def _same_line(passage: Passage, at: int) -> bool:
    """Whether a sentence and the next one stand in one line."""
    if at + 1 >= len(passage.sentences):
        return False
    between = slice(passage.sentences[at].end - passage.start, passage.sentences[at + 1].start - passage.start)
    return "\n" not in passage.text[between]


def _templates(texts: list[str]) -> set[int]:
    """What stands between the marks of a chat's template, or after one that is not closed."""
    found: set[int] = set()
    within = False
    for at, text in enumerate(texts):
        opened, closed = (max((match.end() for match in p.finditer(text)), default=-1) for p in (_OPENED, _CLOSED))
        if within or opened >= 0 or closed >= 0:
            found.add(at)
        within = opened > closed or (within and closed < 0)
    return found


def _lone_pair(texts: list[str]) -> set[int]:
    asked = [at for at, text in enumerate(texts) if _QUESTION.search(text)]
    if len(asked) != 1:
        return set()
    answered = [at for at in range(asked[0], min(asked[0] + PAIR, len(texts))) if _ANSWER.search(texts[at])]
    return set(range(asked[0], answered[-1] + 1)) if answered else set()


def order_faults(sentence: str) -> list[Fault]:
    """Whether a drafted sentence gives orders itself, or has markup that could live where it is shown."""
    if gives_orders(sentence) or _LIVE.search(sentence):
        return [Fault("order", "it is an order or markup, and no statement")]
    return []
