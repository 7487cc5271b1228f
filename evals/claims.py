"""How many true sentences the checks let pass, and how many false ones they find, on snippets written for that.

    python -m evals.claims [--part dev|test] [--show]

`evals/sets/claims.jsonl` has a snippet of news a line, with three sentences that say what it says in other words and
four that look like answers and are false: a number, name, date, place, cause, ... of the snippet in another's place.
The part `test` is not read when rules are written. No model is asked.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rag.checks.verify import faults
from rag.types import Document, Fault

CLAIMS: Final = Path(__file__).parent / "sets" / "claims.jsonl"
TRUE: Final = "true"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, what it is cited to, and what was made false in it: `kind` is "true" where nothing was."""

    part: str
    kind: str
    question: str
    sentence: str
    quotes: tuple[str, ...]
    document: Document
    text: str

    def faults(self) -> list[Fault]:
        """What the checks find wrong with it."""
        documents = [self.document] * len(self.quotes)
        return faults(self.sentence, self.quotes, documents, self.question, self.text)

    def judged_rightly(self) -> bool:
        return bool(self.faults()) == (self.kind != TRUE)


def read_claims(path: Path = CLAIMS) -> Iterator[Claim]:
    """The claims of a file in order. Raises `OSError`, and `ValueError` or `KeyError` for what is no such file."""
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        published = datetime.fromisoformat(item["published_at"]).replace(tzinfo=UTC)
        document = Document(item["id"], title=item["title"], published_at=published)
        for claim in item["claims"]:
            kind = TRUE if claim["true"] else claim["kind"]
            quotes = tuple(claim["quotes"])
            yield Claim(item["part"], kind, item["question"], claim["sentence"], quotes, document, item["text"])


def share(claims: Sequence[Claim]) -> float:
    """The share of claims, in [0, 1], that are judged rightly; 0 where there are none."""
    return sum(claim.judged_rightly() for claim in claims) / len(claims) if claims else 0.0


def main() -> None:
    """Print a line for each kind of claim."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--part", choices=("dev", "test"), help="only that part")
    parser.add_argument("--show", action="store_true", help="print what is judged wrongly, too")
    options = parser.parse_args()
    claims = [claim for claim in read_claims() if options.part in (None, claim.part)]
    kinds = sorted({claim.kind for claim in claims} - {TRUE})
    rows = [("true, let pass", [TRUE]), ("false, found", kinds), *((f"  {kind}", [kind]) for kind in kinds)]
    for name, having in rows:
        found = [claim for claim in claims if claim.kind in having]
        print(f"{name:16} {share(found):5.2f} of {len(found)}")
    if options.show:
        for claim in claims:
            if not claim.judged_rightly():
                wrong = "; ".join(f"{fault.check}: {fault.detail}" for fault in claim.faults())
                print(
                    f"\n{claim.kind}: {claim.sentence}\n  < {' / '.join(claim.quotes)}\n  {wrong or 'no fault found'}"
                )


if __name__ == "__main__":
    main()
