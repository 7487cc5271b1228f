"""Articles made by rule, and what editors make of them: copies, which keep the wording, and others, which do not.

Every fact can be worded in four ways, so that a rewritten article says the same and shares little of the wording.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Article = list[list[str]]
"""Paragraphs of sentences."""

_PLACES = "Varn Osk Tarn Lund Brenta Kolm Aster Pell Drava Isk Morva Quell Sarn Toll Ulm Vesk Arel Bruna Cald".split()
_PEOPLE = "Ilse Brandt|Olaf Fenn|Mara Quist|Tomas Rehn|Ada Lorne|Piet Salk|Nora Vance|Emil Hart|Rosa Kern|Ivo Lasz"
_BODIES = "city council|port authority|water board|transit agency|school board|fire service|power company|court"
_THINGS = "bridge|harbour wall|tram line|hospital wing|reservoir|market hall|ferry|substation|museum|rail tunnel"
_DEEDS = "repaired|closed|rebuilt|inspected|flooded|evacuated|sold|extended|reopened|fenced off"
_CAUSES = "heavy rain|a burst pipe|years of neglect|a fire in a store room|missing permits|a landslide|a broken crane"
_WORDINGS = (
    (
        "{body} in {place} said the {thing} was {deed} after {cause}, at a cost of {n} million crowns.",
        "Some {n} million crowns will go into the {thing}, {deed} after {cause}, says the {place} {body}.",
        "Because of {cause}, officials of {place} had the {thing} {deed}; the bill for its {body} is {n} million.",
        "It took {cause} to get {place}'s {thing} {deed}, and the {body} now expects to pay {n} million crowns for it.",
    ),
    (
        "{person} said that {n} people were affected and that the {thing} would stay {deed} until {month}.",
        "Until {month} nothing will change: the {thing} remains {deed}, {n} residents feel it, {person} admits.",
        "At least {n} are touched by it, {person} conceded, with no hope for the {thing} before {month}.",
        "By {month}, said {person}, those {n} who were hit may see the {thing} no longer {deed}.",
    ),
    (
        "The {body} of {place} voted {n} to {m} on the plan for the {thing} that {person} put forward in {month}.",
        "With {n} votes for and {m} against, a plan of {person} from {month} passes: {place} decides on its {thing}.",
        "What {person} proposed in {month} for the {thing} is accepted, {n} against {m}, in the {body} at {place}.",
        "In {place}, {m} said no and {n} yes when {person} brought the {thing} before the {body} in {month}.",
    ),
    (
        "Engineers measured {n} cracks in the {thing} in {month}, {m} more than the {body} had known of a year before.",
        "The {body} knew of fewer: {m} cracks added within a year make {n}, says a {month} survey of the {thing}.",
        "A survey in {month} counted {n} places where the {thing} is torn, up by {m} on what the {body} had heard.",
        "Where the {body} had seen none, {m} new tears appeared on the {thing}; by {month} there were {n} of them.",
    ),
)
_MONTHS = "January February March April May June July August September October November December".split()
_QUOTES = (
    "“We have done what could be done and we will go on doing it for as long as {place} needs us,” {person} said.",
    "“Nobody here was surprised, and nobody here should pay for what others did not do in time,” said {person}.",
)
_ADJECTIVES = (
    "angry quiet local young retired nervous proud tired foreign elected former distant worried cheerful careful "
    "senior stubborn patient curious generous"
).split()
_FOLK = (
    "bakers teachers sailors farmers nurses drivers pupils shopkeepers painters anglers tenants clerks masons singers "
    "cyclists lawyers gardeners printers brewers pilots"
).split()
_ACTS = (
    "watched blamed ignored praised followed recalled doubted mocked feared studied welcomed resented photographed "
    "discussed defended cursed applauded questioned noticed regretted"
).split()
_OBJECTS = (
    "plan mess delay noise crowd budget promise warning drawing figure letter silence smell rumour contract answer "
    "mistake deadline ceremony lesson"
).split()
_BACKGROUND = (
    "{place}, a town on the river with a port and two markets, has argued about its public works for years.",
    "The {body} was founded after the war and answers to a board of nine members, four of whom are elected.",
    "Subscribe to our newsletter to have the most important news of the region in your mailbox every morning.",
)

Facts = list[tuple[int, dict[str, object]]]


def facts(draw: random.Random, count: int) -> Facts:
    """What an article is to say: for each sentence which kind of fact it is, and its particulars."""
    place = draw.choice(_PLACES)
    pick = {"person": _PEOPLE, "body": _BODIES, "thing": _THINGS, "deed": _DEEDS, "cause": _CAUSES}
    return [
        (
            draw.randrange(len(_WORDINGS)),
            {name: draw.choice(words.split("|")) for name, words in pick.items()}
            | {"place": place, "month": draw.choice(_MONTHS), "n": draw.randrange(2, 990), "m": draw.randrange(2, 99)},
        )
        for _ in range(count)
    ]


def _aside(draw: random.Random) -> str:
    """A clause that hardly any other article has."""
    words = (_ADJECTIVES, _FOLK, _ACTS, _ADJECTIVES, _OBJECTS, _PLACES)
    adjective, folk, act, other, thing, place = (draw.choice(each) for each in words)
    return f"{adjective} {folk} {act} {other} {thing}s near {place}"


def write(draw: random.Random, said: Facts, wording: int) -> Article:
    """An article that says this, its sentences worded in one of four ways each, with a quote and some background."""
    lines = [
        f"{_WORDINGS[kind][(wording + kind) % 4].format(**particulars)[:-1]} while {_aside(draw)} and {_aside(draw)}."
        for kind, particulars in said
    ]
    about = said[0][1]
    lines.insert(len(lines) // 2, draw.choice(_QUOTES).format(**about))
    size = draw.choice((2, 3))
    paragraphs = [lines[at : at + size] for at in range(0, len(lines), size)]
    return [*paragraphs, [line.format(**about) for line in _BACKGROUND]]


def text(article: Article) -> str:
    return "\n\n".join(" ".join(paragraph) for paragraph in article)


def corrected(draw: random.Random, article: Article) -> Article:
    """With other numbers in two paragraphs."""
    at = set(draw.sample(range(len(article)), 2))
    swap = str.maketrans("123456789", "912345678")
    return [[s.translate(swap) for s in paragraph] if i in at else paragraph for i, paragraph in enumerate(article)]


def extended(draw: random.Random, article: Article) -> Article:
    """With a paragraph of news on top and one inside."""
    news = [write(draw, facts(draw, 3), 0)[0] for _ in range(2)]
    middle = len(article) // 2
    return [news[0], *article[:middle], news[1], *article[middle:]]


def restyled(_: random.Random, article: Article) -> Article:
    """With straight quotation marks, a dateline and a line of its agency at the end."""
    plain = [[s.replace("“", '"').replace("”", '"') for s in paragraph] for paragraph in article]
    return [["VARN (Wire) -", *plain[0]], *plain[1:], ["Reporting by our staff; editing by the desk."]]


def cut(part: float) -> Callable[[random.Random, Article], Article]:
    """The first paragraphs, about that part of the article, without its background."""
    return lambda _, article: article[: max(1, round(part * len(article)))]


def reworded(share: float) -> Callable[[random.Random, Facts, Article], Article]:
    """The same facts in other words, but for this share of the paragraphs, in another order."""

    def edit(draw: random.Random, said: Facts, article: Article) -> Article:
        other = write(draw, said, 2)
        keep = set(draw.sample(range(len(article) - 1), round(share * (len(article) - 1))))
        mixed = [article[i] if i in keep else other[min(i, len(other) - 1)] for i in range(len(article) - 1)]
        draw.shuffle(mixed)
        return mixed

    return edit


COPIES: dict[str, Callable[[random.Random, Article], Article]] = {
    "corrected": corrected,
    "extended": extended,
    "restyled": restyled,
    "cut to 3/4": cut(0.75),
    "cut to 1/2": cut(0.5),
    "cut to 1/3": cut(0.34),
    "cut to 1/4": cut(0.25),
}
OTHERS: dict[str, Callable[[random.Random, Facts, Article], Article]] = {
    "reworded": reworded(0.0),
    "reworded but for a quarter": reworded(0.25),
}
