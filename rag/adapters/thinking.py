"""What of a reply is said, and what a model only thought before it. Pure."""

from __future__ import annotations

import re
from typing import Final

OPENING: Final = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
CLOSING: Final = re.compile(r"</(?:think|thinking|thought|reasoning)>\s*", re.IGNORECASE)
_MAY_OPEN: Final = re.compile(r"\s*(?:<[a-z]{0,9}>?)?", re.IGNORECASE)


class Aloud:
    """Collects pieces of a reply and gives back what is said in them, without `<think>…</think>` at its beginning.

    With `unopened` everything is a thought up to the closing tag: the templates of some models write the opening one.
    """

    def __init__(self, *, unopened: bool = False) -> None:
        self.thought = False
        self._unopened = unopened
        self._speaking = False
        self._held = ""

    def feed(self, piece: str) -> str:
        """What is said in this piece, and in those before it whose meaning it shows."""
        if self._speaking:
            return piece
        self._held += piece
        self.thought = self.thought or OPENING.match(self._held) is not None
        if self.thought or self._unopened:
            if (end := CLOSING.search(self._held)) is None:
                return ""
            self._held = self._held[end.end() :]
        elif _MAY_OPEN.fullmatch(self._held):
            return ""
        return self._speak()

    def rest(self, *, cut: bool) -> str:
        """What is left when a reply has ended, or was `cut` at its limit: of a thought without an end, nothing."""
        return "" if not self._speaking and (self.thought or (self._unopened and cut)) else self._speak()

    def _speak(self) -> str:
        self._speaking, said, self._held = True, self._held, ""
        return said


def aloud(reply: str) -> str:
    """What is said in a whole reply.

    >>> aloud("<think>Is it?</think>Yes."), aloud("Is it? It is.</think> Yes."), aloud("Yes."), aloud("<think>Is")
    ('Yes.', 'Yes.', 'Yes.', '')
    """
    end = CLOSING.search(reply)
    return reply[end.end() :] if end else "" if OPENING.match(reply) else reply
