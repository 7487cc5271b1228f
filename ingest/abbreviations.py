"""pysbd's search for abbreviations, done only for those that a text may have.

It tries some two hundred on every paragraph, each with patterns of its own, which was half of what splitting took. All
it does with one it finds is to mark the full stop after it. So only words before a full stop matter, and the
others are never looked for: the result is the same.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

_BEFORE_STOP = re.compile(r"(?<!\S)([^\s.]+)\.")
_PLAIN = re.compile(r"[a-z0-9]+")
_SAME_LETTER = str.maketrans({"ı": "i", "İ": "i", "ſ": "s"})
"""Other letters that a pattern takes for these when it ignores case."""


def quicker(language: Any) -> Any:
    """This language of pysbd's, but texts are searched for likely abbreviations only. One that searches in a way of its
    own stays as it is.
    """
    from pysbd.abbreviation_replacer import AbbreviationReplacer

    own = language.AbbreviationReplacer
    searching = ("search_for_abbreviations_in_string", "scan_for_replacements", "replace_period_of_abbr")
    if any(getattr(own, name) is not getattr(AbbreviationReplacer, name) for name in searching):
        return language
    known = language.Abbreviation.ABBREVIATIONS
    always: set[int] = set()
    places: dict[str, list[int]] = {}
    for place, abbreviation in enumerate(known):
        if _PLAIN.fullmatch(abbreviation):
            places.setdefault(abbreviation, []).append(place)
        else:  # with a full stop or a letter that has more than two cases: looked for as before
            always.add(place)

    class Quicker(own):  # type: ignore[misc,valid-type]
        lang: Any

        def search_for_abbreviations_in_string(self, text: str) -> str:
            before = {word.translate(_SAME_LETTER).lower() for word in _BEFORE_STOP.findall(text)}
            likely = sorted(always.union(*(places[word] for word in before if word in places)))
            whole, listed = self.lang, self.lang.Abbreviation
            self.lang = SimpleNamespace(
                Abbreviation=SimpleNamespace(
                    ABBREVIATIONS=[known[place] for place in likely],
                    PREPOSITIVE_ABBREVIATIONS=listed.PREPOSITIVE_ABBREVIATIONS,
                    NUMBER_ABBREVIATIONS=listed.NUMBER_ABBREVIATIONS,
                )
            )
            try:
                return str(super().search_for_abbreviations_in_string(text))
            finally:
                self.lang = whole

    return type(language.__name__, (language,), {"AbbreviationReplacer": Quicker})
