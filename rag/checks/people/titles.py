"""Posts and firms that a sentence gives to people: whether they are those of the quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from rag.checks.people.called import Called, called
from rag.checks.people.posts import KIN, OFFICES, PEOPLE, POSTS, RANKS, akin
from rag.checks.text.anchors import tokens
from rag.checks.text.peoples import OF_PLACE, root
from rag.checks.text.sentences import sentences
from rag.checks.text.slots import NAME
from rag.checks.text.spelling import PAST_FORMS
from rag.checks.text.verbs import SAYING, verbal
from rag.terms import STOP_WORDS, stem, stems, words

_LOW: Final = r"(?:[a-z][a-z-]* )"
_CLAIMS: Final = (
    re.compile(
        rf"(?P<who>{NAME}), (?:the |an? )?(?P<post>{_LOW}+?)(?:of|at|for|with) (?:the )?{_LOW}{{0,3}}?(?P<body>{NAME})"
    ),
    re.compile(rf"(?P<who>{NAME}), (?P<body>{NAME})['’]s? (?P<post>{_LOW}*[a-z-]+)"),
    re.compile(rf"(?P<body>{NAME})(?:['’]s?)? (?P<post>{_LOW}*[a-z-]+),? (?P<who>{NAME})"),
    re.compile(rf"(?P<post>{_LOW}+)(?:of|at|for) (?:the )?{_LOW}{{0,3}}?(?P<body>{NAME}), (?P<who>{NAME})"),
    re.compile(rf"(?P<who>{NAME}),? (?:of(?: the)?|from the) (?P<kind>{_LOW}{{0,3}}?)(?P<body>{NAME})"),
)
"""A name and the firm or place that its post is in: "Ada Osk, head of Varn", "Varn's head Ada Osk", "Osk of Varn"."""
_BODIES: Final = frozenset(
    map(
        stem,
        "company firm group club charity bank chain maker insurer airline retailer union association federation league"
        " think-tank tank foundation newspaper broadcaster".split(),
    )
)
_COMMON: Final = frozenset(
    "university institute bank club school college hospital party union council ministry city town united group fc air"
    " airlines foods motors labs group court".split()
)
"""Parts of the names of many bodies."""
_PAST = re.compile(rf"(?:ed|^(?:{'|'.join(sorted(PAST_FORMS))}))$")
_LINKING: Final = frozenset("is are was were be been has have had will would can could may might".split())
_OWNED = re.compile(r"\b(?:his|her|its|their|whose) ((?:[a-z-]+ ){0,3}?[a-z-]+)\b", re.IGNORECASE)
_HEAD_OF: Final = re.compile(
    rf"(?P<who>{NAME}), (?:the |an? )?(?P<post>{_LOW}+?)(?:of|at|for)"
    r" the (?P<kind>(?:[a-z’'-]+ ){0,2}?[a-z-]+)(?=[,.;]|$)"
)
"""The same of "the union", which the texts may name."""


_BROKEN: Final = STOP_WORDS - set("of for and the a an its his her their".split())
"""What no phrase for a post has in it."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """The stems of a name and of the post it is given, and the words of the body that this is in.

    `kind` tells whether that is called a firm or the like.
    """

    who: frozenset[str]
    post: frozenset[str]
    body: frozenset[str]
    kind: bool
    written: str


def other_post(sentence: str, texts: Sequence[str]) -> tuple[str, str] | None:
    """Who is given a post, or is kin, in a way that does not go with what the texts call them, and that; else None.

    >>> other_post("Ada Osk, a lawyer, won.", ["Surgeon Ada Osk won."])
    ('osk', 'lawyer')
    >>> other_post("Ada Osk, the boss, won.", ["The director, Ada Osk, won."])
    """
    told = [each for text in texts for each in called(text)]
    for one in called(sentence):
        field = KIN if one.head in KIN else POSTS
        parts = one.parts - PEOPLE or one.parts
        if one.head not in field or not parts:
            continue
        mine = _field(field, parts, told)
        told_so = any(one.head in akin(each) for each in mine)
        if mine and not told_so and not any(akin(one.head) & stems(near) for near in _naming(parts, texts)):
            return max(parts), one.head
    return None


def _field(field: Set[str], parts: Set[str], told: Sequence[Called]) -> set[str]:
    return {word for each in told if each.means(parts) for word in each.words & field}


def other_body(sentence: str, quotes: Sequence[str], context: str) -> tuple[str, str] | None:
    """Whom a sentence tells to be of a firm, where the texts have the name and the firm apart, and that; else None.

    >>> other_body("Ada Osk, head of Varn, left.", ["Ada Osk, head of Lund, sold Varn."], "")
    ('osk', 'varn')
    >>> other_body("Lund's boss, Ada Osk, left.", ["Ada Osk, head of Lund, sold Varn."], "")
    """
    texts = [*quotes, context]
    for claim in [*_claims(sentence), *_called_so(sentence, texts)]:
        near = [_linked(claim, text) for text in _naming(claim.who, texts)]
        known = {root(word.casefold()) for word in words(" ".join(texts))}
        if not near or not {root(part) for part in claim.body} & known or _is_place(claim.body, texts):
            continue
        linked = {root(part) for part in claim.body} & frozenset().union(*near)
        if linked or any(claim.written in text for text in texts):
            continue
        told = [each for text in texts for each in called(text)]
        posts = _field(POSTS, claim.who, told)
        theirs = [each for text in texts for each in _claims(text) if each.who & claim.who]
        resolved = frozenset[str]().union(*(each.post for each in theirs))
        held = [each for each in theirs if not claim.post or any(akin(post) & each.post for post in claim.post)]
        unsaid = {post for text in _naming(claim.who, texts) for post in _whose(text) if claim.post & akin(post)}
        like = frozenset[str]().union(*map(akin, claim.post)) or posts
        if (held and not unsaid and not (posts & like) - resolved - RANKS) or (claim.kind and posts & OFFICES):
            return max(claim.who), max(claim.body)
    return None


def together(text: str) -> Iterator[frozenset[str]]:
    """The stems of the names of somebody with those of the firm that its post is in."""
    yield from (claim.who | frozenset(map(stem, claim.body)) for claim in _claims(text))


def _claims(text: str) -> Iterator[_Claim]:
    for sentence in sentences(text):
        for pattern in _CLAIMS:
            for match in pattern.finditer(sentence):
                found = match.groupdict()
                between = words(f"{found.get('post') or ''} {found.get('kind') or ''}".casefold())
                if any(word in _BROKEN or stem(word) in SAYING or _PAST.search(word) for word in between):
                    continue
                post = frozenset(stems(found.get("post") or "") & POSTS)
                if "post" in found and not (post and stem(words(found["post"])[-1]) in POSTS):
                    continue
                who, body = (frozenset(map(str.casefold, words(found[key]))) for key in ("who", "body"))
                body = (body - STOP_WORDS - _COMMON) or body - STOP_WORDS
                who = frozenset(part for part in map(stem, who) if part not in RANKS)
                kind = bool(stems(found.get("kind") or "") & _BODIES)
                if who and body and not all(OF_PLACE.search(part) for part in body):
                    yield _Claim(who, post, body, kind, match[0])


def _called_so(sentence: str, texts: Sequence[str]) -> Iterator[_Claim]:
    """Claims of "the union", where the texts have the name of one union only."""
    for match in _HEAD_OF.finditer(sentence):
        kind = re.escape(words(match["kind"])[-1])
        bodies = {found for text in texts for found in re.findall(rf"\b{kind} ({NAME})", text)}
        if len(bodies) == 1:
            yield from _claims(f"{match['who']}, {match['post']}of {bodies.pop()}.")


def _linked(claim: _Claim, sentence: str) -> frozenset[str]:
    """The roots of what stands by a name in a sentence with no verb between, and not before another post."""
    found: set[str] = set()
    stretch: set[str] = set()
    naming = False
    text = tokens(sentence)
    for place, token in enumerate(text):
        if token.word in _LINKING or token.stem in SAYING or (_PAST.search(token.word) and verbal(sentence, token)):
            found |= stretch if naming else set()
            stretch, naming = set(), False
        elif token.capital:
            naming = naming or token.stem in claim.who
            post = {each.stem for each in text[place + 1 : place + 2] if not each.capital} & POSTS
            if not post or not claim.post or any(post & akin(each) for each in claim.post):
                stretch.add(root(token.word))
    return frozenset(found | (stretch if naming else set()))


def _naming(parts: Set[str], texts: Sequence[str]) -> list[str]:
    return [each for text in texts for each in sentences(text) if parts & stems(each)]


def _whose(text: str) -> set[str]:
    """The posts that a text gives to "her editor", which may be anybody's."""
    return {word for match in _OWNED.finditer(text) for word in stems(match[1])} & POSTS


def _is_place(body: Set[str], texts: Sequence[str]) -> bool:
    """Whether something was in it: a place, which many may be of."""
    places = "|".join(map(re.escape, sorted(body)))
    return any(re.search(rf"\b(?:in|near) (?:{places})\b", text, re.IGNORECASE) for text in texts)
