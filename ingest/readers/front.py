"""Front matter: what stands before the text of a Markdown file, as site generators write it."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

_YAML = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:[ \t]*(.*)")
_ITEM = re.compile(r"\s*-[ \t]+(.+)")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# Larger or more nested than this nobody writes it, and the parsers take the square of that in time.
_LONGEST, _DEEPEST = 2**16, 500

Fields = dict[str, str | list[str]]


def divided(whole: str) -> tuple[Fields, str]:
    """What the front matter says, by names in lower case, and the text after it.

    YAML between lines of `---`, TOML between lines of `+++`; where it is not quite that, what can be told line by line.
    A value is a string or a list of strings; one that is a mapping, such as an author with an address, is its `name`.
    """
    yaml = _YAML.match(whole)
    front = yaml or _TOML.match(whole)
    if front is None:
        return {}, whole
    said = front.group(1)
    small = len(said) <= _LONGEST and said.count("[") + said.count("{") <= _DEEPEST
    found = (_of_yaml(said) if yaml else _of_toml(said)) if small else None
    values = _by_line(said) if found is None else found
    return {str(name).lower(): _plain(value) for name, value in values.items()}, whole[front.end() :]


def _of_yaml(said: str) -> dict[Any, Any] | None:
    """None for what is no mapping. No value is made anything but a string: 1984 may be a title."""
    import yaml

    try:
        found = yaml.load(said, yaml.BaseLoader)  # noqa: S506 - it makes nothing but strings, lists and mappings
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _of_toml(said: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(said.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None


def _by_line(said: str) -> dict[str, Any]:
    """Values of one line, and lists of lines that begin with `-`."""
    found: dict[str, Any] = {}
    listed: list[str] | None = None
    for line in map(str.rstrip, said.splitlines()):
        if pair := _LINE.fullmatch(line):
            name, value = pair.group(1), pair.group(2)
            listed = None if value else []
            if value.startswith("[") and value.endswith("]"):
                found[name] = [_unquoted(item.strip()) for item in value[1:-1].split(",")]
            else:
                found[name] = _unquoted(value) if listed is None else listed
        elif listed is not None and (item := _ITEM.fullmatch(line)):
            listed.append(_unquoted(item.group(1)))
    return found


def _plain(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [text for text in map(_text, value) if text]
    return _text(value)


def _text(value: Any) -> str:
    value = value.get("name") if isinstance(value, dict) else value
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return "" if text in _NOTHING else text


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
