"""`python -m evals.copies_bench`: how well near-copies are told from other articles, and what it costs a document.

A measurement and no test. The articles are made by `evals.wire`, or come from a file of your own (JSON lines with a
`text`); what becomes of them is known, so precision and recall can be counted. It takes a few minutes, and half an
hour with `--large`. Time is that of the processor, so that what else the machine does counts little. With `--keep
FOLDER` the growing collection stays there, and a run that was ended goes on from as many documents as it had.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from sqlalchemy import func, insert, select, text

from evals.bench import machine
from evals.measures import percentile
from evals.wire import COPIES, OTHERS, Article, facts, write
from evals.wire import text as text_of
from ingest.copies import sign
from ingest.split import sentences
from rag.errors import NotFound
from rag.store import Store
from rag.store.tables import ALWAYS, NEVER, documents, signatures, versions

FAMILIES = 150
BATCH = 32
SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Text:
    """`family` is equal for an article and its copies only; `kind` says what was done to it."""

    family: str
    kind: str
    text: str


def made(families: int) -> Iterator[Text]:
    """Articles with their copies, and beside each what must not be taken for one."""
    for number in range(families):
        draw = random.Random(number)
        said = facts(draw, draw.randrange(8, 40))
        article = write(draw, said, 0)
        yield from copies(str(number), draw, article)
        for kind, edit in OTHERS.items():
            yield Text(f"{number} {kind}", kind, text_of(edit(draw, said, article)))
        related = [
            (kind, more | {name: said[0][1][name] for name in ("place", "person", "thing")})
            for kind, more in facts(draw, len(said))
        ]
        yield Text(f"{number} same subject", "same subject", text_of(write(draw, related, 0)))


def own(path: Path) -> Iterator[Text]:
    """One's own articles with the same copies made of them."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        whole = json.loads(line)["text"]
        spans = [whole[span.start : span.end] for span in sentences(whole, "")]
        article = [spans[at : at + 2] for at in range(0, len(spans), 2)]
        if len(article) >= 4:
            yield from copies(str(number), random.Random(number), article)


def copies(family: str, draw: random.Random, article: Article) -> Iterator[Text]:
    yield Text(family, "original", text_of(article))
    for kind, edit in COPIES.items():
        yield Text(family, kind, text_of(edit(draw, article)))


def quality(texts: Sequence[Text], folder: Path) -> list[str]:
    """Of all pairs in one cluster the share that belong there, and of all that belong there the share that are."""
    with closing(Store.open(folder / "quality.sqlite3")) as store:
        shuffled = random.Random(1).sample(texts, len(texts))
        hold(store, 0, [each.text for each in shuffled])
        sign_all(store)
        with store.read() as connection:
            query = select(signatures.c.version_key, signatures.c.cluster)
            cluster = dict(connection.execute(query).all())
    placed = [(each, cluster[key]) for key, each in enumerate(shuffled, 1)]
    right, found, due = Counter[str](), Counter[str](), Counter[str]()
    original = {each.family: at for each, at in placed if each.kind == "original"}
    for (one, first), (other, second) in combinations(placed, 2):
        due["pairs"] += one.family == other.family
        found["pairs"] += first == second
        right["pairs"] += first == second and one.family == other.family
    for each, at in placed:
        home = original[each.family.split()[0]]
        due[each.kind] += 1
        found[each.kind] += at == home
    precision, recall = right["pairs"] / found["pairs"], right["pairs"] / due["pairs"]
    said = [
        f"{len(texts):,} texts: precision {precision:.4f} of {found['pairs']:,} pairs in one cluster, "
        f"recall {recall:.4f} of {due['pairs']:,} that should be"
    ]
    said += [f"  with its original  {kind:<28}{found[kind] / due[kind]:.3f}" for kind in COPIES if due[kind]]
    said += [f"  (must not)         {kind:<28}{found[kind] / due[kind]:.3f}" for kind in due if _other(kind)]
    return said


def _other(kind: str) -> bool:
    return kind not in COPIES and kind not in ("pairs", "original")


def cost(sizes: Sequence[int], folder: Path) -> Iterator[str]:
    """Milliseconds of processor a document while a collection grows, one in five a copy, and for taking one out."""
    yield f"{'documents':>10}{'sign':>9}{'join p50':>10}{'join p95':>10}{'remove p50':>12}{'bytes':>8}"
    with closing(Store.open(folder / "cost.sqlite3")) as store:
        sign_all(store)  # what a run that was ended left without
        first = held = reached(store)
        size = 0
        for goal in (goal for goal in sizes if goal > held):
            joins: list[float] = []
            signing = 0.0
            while held < goal:
                texts = [arriving(number) for number in range(held, held + BATCH)]
                hold(store, held, texts)
                before, began = pages(store), time.process_time()
                signed = {held + at: sign(each) for at, each in enumerate(texts, 1)}
                half = time.process_time()
                store.keep_signatures(signed)
                joins.append((time.process_time() - half) * 1_000 / BATCH)
                signing += half - began
                size += pages(store) - before
                held += BATCH
            rest = joins[-max(len(joins) // 4, 1) :]  # at about this size
            removed = removals(store, held)
            yield (
                f"{held:>10,}{signing * 1_000 / (len(joins) * BATCH):>9.2f}{percentile(rest, 50):>10.2f}"
                f"{percentile(rest, 95):>10.2f}{percentile(removed, 50):>12.2f}{size // (held - first):>8,}"
            )


def reached(store: Store) -> int:
    """How many documents came before, in whole batches: the last ones may have been taken out again."""
    with store.read() as connection:
        last: int = connection.execute(select(func.max(versions.c.key))).scalar_one() or 0
    return -(-last // BATCH) * BATCH


def arriving(number: int) -> str:
    """The text that comes as this one: an article, or a copy of one that came a while ago."""
    draw = random.Random(number - number % 5 if number % 5 == 4 else number)
    article = write(draw, facts(draw, draw.randrange(8, 40)), 0)
    if number % 5 == 4:
        article = COPIES[draw.choice(list(COPIES))](draw, article)
    return text_of(article)


def removals(store: Store, held: int) -> list[float]:
    """Milliseconds of processor each for taking out a sample, in collections that go on without it."""
    taken = []
    for number in random.Random(held).sample(range(1, held + 1), SAMPLE):
        began = time.process_time()
        try:
            store.forget(f"d{number}")
        except NotFound:  # it was in an earlier sample
            continue
        taken.append((time.process_time() - began) * 1_000)
    return taken


def hold(store: Store, held: int, texts: Sequence[str]) -> None:
    """Put documents with these texts into the store as it was before there were signatures, without passages."""
    rows = [
        {"key": key, "document_id": f"d{key}", "number": 1, "text": each, "characters": len(each), "digest": ""}
        | {"title": "", "url": "", "source": "", "language": "", "published_at": None, "ingested_at": 0}
        | {"indexed_at": 0, "valid_from": ALWAYS, "valid_to": NEVER}
        for key, each in enumerate(texts, held + 1)
    ]
    with store.write() as connection:
        connection.execute(insert(documents), [{"id": row["document_id"], "current": 1} for row in rows])
        connection.execute(insert(versions), rows)


def sign_all(store: Store) -> None:
    last = 0
    while waiting := store.unsigned(last, BATCH):
        store.keep_signatures({key: sign(each) for key, each in waiting.items()})
        last = max(waiting)


def pages(store: Store) -> int:
    """How many bytes of the file are in use."""
    with store.read() as connection:
        used, free = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "freelist_count")
        )
        return int(used - free) * int(connection.execute(text("PRAGMA page_size")).scalar_one())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=Path, help="JSON lines with a text each, instead of articles made by rule")
    parser.add_argument("--large", action="store_true", help="measure the cost at 100,000 documents too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the collection there and go on with it")
    arguments = parser.parse_args()
    sizes = [1_000, 10_000, *([50_000, 100_000] if arguments.large else [])]
    print(f"machine: {json.dumps(machine())}")
    texts = list(own(arguments.articles) if arguments.articles else made(FAMILIES))
    with tempfile.TemporaryDirectory(prefix="groundwire-copies-") as folder:
        print("\n".join(quality(texts, Path(folder))), flush=True)
        print("milliseconds of processor a document, while the collection grows to so many:")
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
        for line in cost(sizes, arguments.keep or Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
