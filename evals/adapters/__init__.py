"""Question sets in other layouts than ours, told apart by their files.

    a folder with questions.jsonl                            ours; see evals/README.md
    a folder with corpus.jsonl, queries.jsonl and qrels/     BEIR: retrieval only
    a folder with corpus.json and MultiHopRAG.json           MultiHop-RAG
    a .json file with a list under "data"                    SQuAD 1.1 or 2.0
    a .json file of lines with "query" and "positive"        RGB

A folder that holds exactly one such .json file will do for the last two. Files may be packed as .gz, folders as .zip.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from evals.adapters import beir, multihop, rgb, squad
from evals.files import present, text_of, unpacked
from evals.questions import QuestionSet, read_set
from rag.errors import InvalidInput


def read_any(path: Path) -> QuestionSet:
    """The question set at a path, in whichever layout. Raises `InvalidInput` where it is in none, or is broken."""
    with unpacked(path) as place:
        found = _read(place)
    return found if place == path else replace(found, name=path.stem)


def _read(path: Path) -> QuestionSet:
    if path.is_file():
        return _read_file(path)
    if present(path, beir.QUERIES) and present(path, beir.CORPUS):
        return beir.read(path)
    if present(path, multihop.QUESTIONS) and present(path, multihop.CORPUS):
        return multihop.read(path)
    files = sorted([*path.glob("*.json"), *path.glob("*.json.gz")]) if path.is_dir() else []
    if (path / "questions.jsonl").is_file() or not files:
        return read_set(path)
    if len(files) > 1:
        raise InvalidInput(f"{path} holds several files; name one of {', '.join(file.name for file in files)}", "set")
    return _read_file(files[0])


def _read_file(path: Path) -> QuestionSet:
    text = text_of(path)
    first = next((line for line in text.split("\n") if line.strip()), "")
    try:
        row = json.loads(first)
    except json.JSONDecodeError:
        try:
            row = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"{path} cannot be read as JSON: {error}", "set") from error
    if isinstance(row, dict) and isinstance(row.get("data"), list):
        return squad.read(path)
    if isinstance(row, dict) and "query" in row and row.keys() & {"positive", "negative"}:
        return rgb.read(path)
    raise InvalidInput(f"{path} is in none of the layouts that evals/README.md names", "set")
