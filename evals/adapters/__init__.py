"""Question sets in other layouts than ours, told apart by their files.

    a folder with questions.jsonl                            ours; see evals/README.md
    a folder with corpus.jsonl, queries.jsonl and qrels/     BEIR: retrieval only
    a folder with corpus.json and MultiHopRAG.json           MultiHop-RAG
    a .json file with a list under "data"                    SQuAD 1.1 or 2.0
    a .json file of lines with "query" and "positive"        RGB

A folder that holds exactly one such .json file will do for the last two.
"""

from __future__ import annotations

import json
from pathlib import Path

from evals.adapters import beir, multihop, rgb, squad
from evals.questions import QuestionSet, read_set
from rag.errors import InvalidInput


def read_any(path: Path) -> QuestionSet:
    """The question set at a path, in whichever layout. Raises `InvalidInput` where it is in none, or is broken."""
    if path.is_file():
        return _read_file(path)
    if (path / "queries.jsonl").is_file() and (path / "corpus.jsonl").is_file():
        return beir.read(path)
    if (path / multihop.QUESTIONS).is_file() and (path / multihop.CORPUS).is_file():
        return multihop.read(path)
    files = sorted(path.glob("*.json")) if path.is_dir() else []
    if (path / "questions.jsonl").is_file() or not files:
        return read_set(path)
    if len(files) > 1:
        raise InvalidInput(f"{path} holds several files; name one of {', '.join(file.name for file in files)}", "set")
    return _read_file(files[0])


def _read_file(path: Path) -> QuestionSet:
    try:
        with path.open(encoding="utf-8") as lines:
            first = next((line for line in lines if line.strip()), "")
        try:
            row = json.loads(first)
        except json.JSONDecodeError:
            row = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be read as JSON: {error}", "set") from error
    if isinstance(row, dict) and isinstance(row.get("data"), list):
        return squad.read(path)
    if isinstance(row, dict) and {"query", "positive"} <= row.keys():
        return rgb.read(path)
    raise InvalidInput(f"{path} is in none of the layouts that evals/README.md names", "set")
