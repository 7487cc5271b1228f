"""What an endpoint takes: learnt from what it refuses, and how long it asks to be left alone. Pure.

"OpenAI-compatible" says little of arguments: reasoning models take no temperature, some servers at most five
alternatives a token, some no system role. Which it is can only be found out by asking.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

MOST_ALTERNATIVES: Final = 20
FEWER_ALTERNATIVES: Final = 5

_REFUSING: Final = frozenset({400, 403, 422, 501})
"""Statuses under which endpoints refuse an argument; 403 is OpenAI's for log-probabilities."""
_UNSAID: Final = frozenset({400, 422})
TOO_MANY: Final = 429
LONGEST_PAUSE: Final = 8.0

BREVITY: Final = "brevity"
"""Refused by a model that thinks first, and within so few tokens does not come to its answer."""
_LOGPROBS: Final = re.compile(r"\b(?:top_)?log_?probs?\b", re.IGNORECASE)
_NAMED: Final = {
    BREVITY: re.compile(r"\bhigher max_\w*tokens|\bmax_\w*tokens\b[^.]*\breached\b", re.IGNORECASE),
    "alternatives": _LOGPROBS,
    "logprobs": _LOGPROBS,
    "seed": re.compile(r"\bseed\b", re.IGNORECASE),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "stream_options": re.compile(r"\bstream_options\b|\binclude_usage\b", re.IGNORECASE),
    "max_completion_tokens": re.compile(r"\bmax_(?:completion_)?tokens\b", re.IGNORECASE),
    "system": re.compile(r"\broles?\b|\b(?:system|developer) (?:message|prompt|instruction)", re.IGNORECASE),
}
"""What an endpoint may refuse, in the order in which to believe it, and how its refusal names that."""
_SPARE: Final = frozenset({"logprobs", "seed", "temperature", "stream_options"})
"""What is left out where a refusal names nothing."""


def refused(error: BaseException, without: Set[str]) -> Set[str]:
    """What of a request to leave out after this refusal of it, beside what it was `without` already; often nothing."""
    if not (status(error) in _REFUSING or isinstance(error, TypeError)):
        return frozenset()
    told = str(error)
    if name := next((name for name, said in _NAMED.items() if name not in without and said.search(told)), None):
        return {name}
    return _SPARE - without if status(error) in _UNSAID else frozenset()


def alternatives(without: Set[str]) -> dict[str, object]:
    """The arguments that ask for the probabilities of a reply's tokens, as far as they are taken."""
    if "logprobs" in without:
        return {}
    return {"logprobs": True, "top_logprobs": FEWER_ALTERNATIVES if "alternatives" in without else MOST_ALTERNATIVES}


def status(error: BaseException) -> int | None:
    """The HTTP status that a provider's exception tells, however its client keeps it."""
    found = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) else None


def pause(error: BaseException, tries: int) -> float | None:
    """Seconds to wait before asking again, as told, else a little more each time; None where waiting is of no use.

    >>> class Busy(Exception):
    ...     status_code = 429
    >>> pause(Busy("slow down"), 0), pause(Busy("slow down"), 9), pause(Busy("insufficient_quota"), 0)
    (1.0, 8.0, None)
    """
    if status(error) != TOO_MANY or "quota" in str(error):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    told = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*", str(headers.get("retry-after") or ""))
    return float(told[1]) if told else min(LONGEST_PAUSE, 2.0**tries)
