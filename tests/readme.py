"""README.md as its tests read it: the commands it shows, and the output it shows for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One command, and the text or JSON shown right after its block ("" if none is)."""

    command: str
    shown: str = ""

    @property
    def program(self) -> str:
        return self.command.split()[0]


def commands(block: str) -> list[str]:
    """The commands of a block. One goes on in lines that are indented."""
    return [command.strip() for command in re.split(r"\n(?=\S)", block)]


def examples() -> list[Example]:
    """Every command of every `sh` block, in order."""
    found: list[Example] = []
    for language, content in BLOCK.findall(README):
        if language == "sh":
            found += [Example(command) for command in commands(content)]
        else:
            found[-1] = Example(found[-1].command, content.rstrip("\n"))
    return found
