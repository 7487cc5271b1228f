"""The committed results that a run is compared with: what each question came to, and what it was asked about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from evals.measures import percentile
from evals.outcomes import Outcome
from evals.paired import Verdict, holm, mcnemar, verdict
from evals.questions import GoldQuestion
from rag.errors import InvalidInput

SETS = Path(__file__).parent / "sets"
SHIPPED = Path(__file__).parent / "reference"
FILE = "reference.jsonl"
DIGITS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a reference. `gold` is the digest of what it asked; `right` is None where that does not apply."""

    id: str
    gold: str
    right: bool | None
    refused: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Reference:
    """Committed results and the recipe they were made by."""

    set: str
    model: str
    part: str
    limit: int | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A paired comparison on the questions that both runs asked. `p` is exact; see `paired.mcnemar`."""

    asked: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    p: float
    verdict: Verdict

    @property
    def difference(self) -> float:
        """In the share of questions that ended right, now less then."""
        return (len(self.gained) - len(self.lost)) / self.asked

    def __str__(self) -> str:
        return f"{self.difference:+.3f} {self.verdict}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since a reference: by type (corrected for looking at several), over all, and on part `test`.

    `apart` counts the questions of this run that the reference does not have, or has with another gold.
    """

    model: str
    same_model: bool
    apart: int
    types: Mapping[str, Change]
    overall: Change | None
    test: Change | None
    seconds_before: float | None


def place(path: Path) -> Path:
    """Where the reference of a set is kept: a set that ships here has it here, any other one beside its questions."""
    path = path.resolve()
    if path.parent == SETS.resolve():
        return SHIPPED / f"{path.name}.jsonl"
    return path.with_name(f"{path.stem}-{FILE}") if path.is_file() else path / FILE


def digest(question: GoldQuestion) -> str:
    """What a question asks and what a right reply is, in twelve hex digits; its type and difficulty do not count."""
    asked = {
        name: value
        for name, value in asdict(question).items()
        if name not in ("id", "type", "difficulty", "group", "part") and value not in ("", (), None, False)
    }
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:DIGITS]


def keep(
    outcomes: Sequence[Outcome], questions: Iterable[GoldQuestion], model: str, recipe: Mapping[str, Any]
) -> Reference:
    """A run as a reference. `recipe` has the set, the part and the limit."""
    golds = {question.id: digest(question) for question in questions}
    rows = tuple(Row(row.id, golds[row.id], row.right, row.refused, round(row.seconds, 2)) for row in outcomes)
    return Reference(recipe["set"], model, recipe["part"], recipe["limit"], rows)


def write(path: Path, reference: Reference) -> None:
    """The recipe on the first line, then a line a question."""
    recipe = {"set": reference.set, "model": reference.model, "part": reference.part, "limit": reference.limit}
    lines = [recipe, *(asdict(row) for row in reference.rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def read(path: Path) -> Reference | None:
    """None where there is none. Raises `InvalidInput` naming the file if it cannot be understood."""
    if not path.is_file():
        return None
    try:
        recipe, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip())
        return Reference(**recipe, rows=tuple(Row(**row) for row in rows))
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{path} is no reference, write it anew with --update-baseline: {error}", "set") from error


def compare(
    outcomes: Sequence[Outcome], questions: Iterable[GoldQuestion], model: str, reference: Reference
) -> Comparison:
    """The changes on the questions that are the same, by id and gold, and whose rightness applies to both."""
    golds = {question.id: digest(question) for question in questions}
    before = {row.id: row for row in reference.rows}
    same = [row for row in outcomes if row.id in before and before[row.id].gold == golds[row.id]]
    pairs = [(row, before[row.id].right) for row in same]
    names = sorted({row.type for row in same})
    changes = {name: change for name in names if (change := _change([pair for pair in pairs if pair[0].type == name]))}
    corrected = holm([change.p for change in changes.values()])
    types = {
        name: Change(c.asked, c.gained, c.lost, p, verdict(len(c.gained), len(c.lost), p))
        for (name, c), p in zip(changes.items(), corrected, strict=True)
    }
    return Comparison(
        model=reference.model,
        same_model=model == reference.model,
        apart=len(outcomes) - len(same),
        types=types,
        overall=_change(pairs),
        test=_change([pair for pair in pairs if pair[0].part == "test"]),
        seconds_before=percentile((before[row.id].seconds for row in same), 50),
    )


def _change(pairs: Iterable[tuple[Outcome, bool | None]]) -> Change | None:
    known = [(row.id, row.right, then) for row, then in pairs if row.right is not None and then is not None]
    if not known:
        return None
    gained = tuple(name for name, now, then in known if now and not then)
    lost = tuple(name for name, now, then in known if then and not now)
    p = mcnemar(len(gained), len(lost))
    return Change(len(known), gained, lost, p, verdict(len(gained), len(lost), p))
