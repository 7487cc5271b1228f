"""`python -m evals.bench_ingest`: how fast articles are taken in, beside the plain LangChain way, and what takes long.

A measurement and no test. The same articles go through both ways in turns, each time in a process of its own that is
set up as its service would be, into a Chroma server of its own; the median of the rounds counts. The plain way is that
of `evals.baselines.chunks` with Chroma: chunks of 1,000 characters with 200 of overlap, all of them embedded by
sentence-transformers in 32-bit floats as it comes, one `add` an article. The two cut texts differently, so characters
of article a second are what compares, and passages a second are told beside it. Characters a second of processor time,
without Chroma's own, say the same of a machine that has other things to do. Stages go on at the same time, so where
the time goes is told in seconds of processor time, and beside it how many processors were busy on average.

`--torch` measures Groundwire with documents embedded by torch in 32 bits too, and what 8 bits do to the ranking.
`--service` measures asks and searches of a running service while it takes articles in, and while it does not
(`evals.bench_during`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import wraps
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from evals.baselines.chunks import CHUNK_CHARACTERS, OVERLAP_CHARACTERS
from evals.bench import HERE, machine
from evals.bench_during import during, made, told
from evals.measures import ranking_scores
from evals.questions import GoldQuestion, read_set
from evals.service import serving_chroma
from ingest.bench import BATCH_CHARACTERS, BATCH_ITEMS
from ingest.clean import clean
from ingest.copies import sign
from ingest.pipeline import Pipeline
from ingest.prepare import embedded_text
from ingest.readers import jsonl
from ingest.seeds import articles
from ingest.split import passages, sentences
from ingest.worker import WORKER_THREADS
from rag import weights
from rag.compose import assemble, open_embedder, open_model
from rag.seams import Embedder
from rag.settings import load_settings
from rag.types import Failure, NewDocument, Version

SIDES = ("plain", "groundwire")
IN_32_BITS = "groundwire-torch"
OWNER = "bench/1/x"
MEASURED = {"add": "index", "put": "index", "delete": "index"}
STORED = ("lease", "standings", "known_vectors", "keep_vectors", "take_in", "outbox", "index_rows", "clear_outbox")
Spent = defaultdict[str, float]


def embedder(embedding: str | None = None) -> Embedder:
    """What the worker embeds documents with, by default as the settings say."""
    return open_embedder(load_settings(embedding=embedding), documents=True)


def groundwire(documents: Sequence[NewDocument], chroma: str, folder: Path, embed: Embedder) -> dict[str, Any]:
    """What `ingest.worker` does with a job of these articles, by stage in seconds of processor time.

    This thread does all but embed, which is what the others do.
    """
    lines = [json.dumps({"text": each.text, "id": each.id, "title": each.title}).encode() for each in documents]
    spent = Spent(float)
    settings = load_settings(data=folder, chroma_url=chroma)
    with closing(assemble(settings, embed, open_model(settings))) as engine:
        store, index = engine.store, engine.index
        index.count()
        embed.embed_documents(["warm"])
        own, worked, began = time.thread_time(), time.process_time(), time.perf_counter()
        found = [each for each in jsonl.read(lines, "articles") if not isinstance(each, Failure)]
        spent["read"] = time.thread_time() - own
        with _timed(spent, index, MEASURED), _timed(spent, store, STORED):
            store.enqueue(found)
            pipeline = Pipeline(store, embed, index)
            while items := store.lease(OWNER, 3_600, BATCH_ITEMS, BATCH_CHARACTERS):
                pipeline.take(OWNER, items)
        total, worked = time.perf_counter() - began, time.process_time() - worked
        own = time.thread_time() - own
        held = store.counts().passages
    spent.update(_alone(found))
    spent["other"] = max(0.0, own - sum(spent.values()))
    spent["embed"] = worked - own
    return _figures(documents, held, total, worked, spent)


def plain(documents: Sequence[NewDocument], chroma: str) -> dict[str, Any]:
    """The articles split, embedded and added as tutorials show it."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    settings = load_settings()
    folder = weights.require(settings, settings.embedder)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    collection = _collection(chroma)
    model.encode(["warm"])
    spent, held = Spent(float), 0
    worked, began = time.process_time(), time.perf_counter()
    for each in documents:
        clock = [time.process_time()]
        chunks = splitter.split_documents([Document(each.text, metadata={"document_id": each.id})])
        clock.append(time.process_time())
        texts = [chunk.page_content for chunk in chunks]
        vectors = model.encode(texts, show_progress_bar=False).tolist()
        clock.append(time.process_time())
        ids = [f"{held + number}" for number in range(len(chunks))]
        collection.add(ids=ids, embeddings=vectors, documents=texts, metadatas=[chunk.metadata for chunk in chunks])
        clock.append(time.process_time())
        held += len(chunks)
        for stage, start, end in zip(("split", "embed", "index"), clock, clock[1:], strict=False):
            spent[stage] += end - start
    return _figures(documents, held, time.perf_counter() - began, time.process_time() - worked, spent)


def quality(
    documents: Sequence[NewDocument], questions: Sequence[GoldQuestion], embed: Embedder, asked_with: Embedder
) -> dict[str, float]:
    """nDCG@10 and the like of articles ranked by their best passage's cosine to the question, over answerable ones."""
    owners: list[str] = []
    texts: list[str] = []
    for each in documents:
        version = Version(each.id, 1, each.text, "", datetime.now(UTC))
        for passage in passages(version, sentences(each.text, each.language), ""):
            owners.append(each.id)
            texts.append(embedded_text(each.title, passage.text))
    vectors = embed.embed_documents(texts)
    totals: Counter[str] = Counter()
    asked = 0
    for question in questions:
        gold = {evidence.document_id for evidence in question.evidence}
        scores = vectors @ asked_with.embed_query(question.text)
        order = dict.fromkeys(owners[place] for place in np.argsort(-scores, kind="stable"))
        scored = ranking_scores(gold, list(order)[:10])
        if scored:
            asked += 1
            totals.update(scored)
    return {name: value / max(asked, 1) for name, value in totals.items()}


def _alone(documents: Sequence[NewDocument]) -> Spent:
    """The stages that are pure, done once more by themselves."""
    spent = Spent(float)
    for each in documents:
        clock = [time.thread_time()]
        new = clean(each, len(each.text))
        clock.append(time.thread_time())
        version = Version(each.id, 1, new.text, "", datetime.now(UTC))
        passages(version, sentences(new.text, new.language), "")
        clock.append(time.thread_time())
        sign(new.text)
        clock.append(time.thread_time())
        for stage, start, end in zip(("clean", "split", "sign"), clock, clock[1:], strict=False):
            spent[stage] += end - start
    return spent


@contextmanager
def _timed(spent: Spent, part: Any, stages: dict[str, str] | Sequence[str]) -> Iterator[None]:
    """Adds up what a part's methods take of this thread's processor time; a store's are all one stage."""
    names = dict.fromkeys(stages, "store") if not isinstance(stages, dict) else stages
    own = {name: stage for name, stage in names.items() if hasattr(part, name)}

    def clocked(call: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(call)
        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return call(*arguments, **named)
            finally:
                spent[stage] += time.thread_time() - began

        return timed

    for name, stage in own.items():
        setattr(part, name, clocked(getattr(part, name), stage))
    try:
        yield
    finally:
        for name in own:
            delattr(part, name)


def _collection(chroma: str) -> Any:
    import chromadb

    host, port = chroma.removeprefix("http://").split(":")
    return chromadb.HttpClient(host, int(port)).create_collection("plain", embedding_function=None)


def _figures(documents: Sequence[NewDocument], held: int, total: float, worked: float, spent: Spent) -> dict[str, Any]:
    characters = sum(len(each.text) for each in documents)
    rates = {"passages_per_second": held / total, "characters_per_second": characters / total}
    rates["characters_per_processor_second"] = characters / worked
    return {"passages": held, "seconds": total, "processor_seconds": worked, **rates, "spent": dict(spent)}


def given(path: Path | None, limit: int) -> list[NewDocument]:
    """The articles that are measured: those of `seeds/`, and made ones up to `limit`; or those of a file of lines."""
    if path is None:
        return [*articles(), *made(max(0, limit))][:limit]
    with path.open("rb") as file:
        read = jsonl.read(jsonl.lines_of(file), path.name)
        return list(islice((each for each in read if not isinstance(each, Failure)), limit))


def one(side: str, path: Path | None, limit: int, folder: Path) -> dict[str, Any]:
    """One side, once, in a process of its own."""
    command = [sys.executable, "-m", "evals.bench_ingest", "--side", side, "--limit", str(limit)]
    command += ["--articles", str(path)] if path else []
    environment = dict(os.environ)
    if side != "plain":
        environment.setdefault("OMP_NUM_THREADS", WORKER_THREADS)
    with serving_chroma(folder / "chroma", folder / "chroma.log") as chroma:
        arguments = [*command, "--chroma", chroma, "--folder", str(folder)]
        done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(rounds: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The median of each side's rounds, and how often faster than the plain way each is."""

    def middle(runs: list[dict[str, Any]], name: str) -> float:
        return float(median(each[name] for each in runs))

    lines = [
        f"{'':<18}{'characters/s':>13}{'passages/s':>12}{'x plain: characters':>22}{'passages':>10}{'processor':>11}"
        "  processor time"
    ]
    rates = ("characters_per_second", "passages_per_second", "characters_per_processor_second")
    for side, runs in rounds.items():
        speed, pace, _ = (middle(runs, rate) for rate in rates)
        more, most, least = (middle(runs, rate) / middle(rounds["plain"], rate) for rate in rates)
        last = runs[-1]
        stages = sorted(last["spent"].items(), key=lambda stage: -stage[1])
        told = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in stages)
        busy = last["processor_seconds"] / last["seconds"]
        lines.append(
            f"{side:<18}{speed:>13,.0f}{pace:>12.1f}{more:>22.2f}{most:>10.2f}{least:>11.2f}"
            f"  {last['processor_seconds']:.2f} s of {busy:.1f} processors: {told}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=Path, help="your own articles, JSON lines with a `text`")
    parser.add_argument("--limit", type=int, default=200, help="how many articles")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--torch", action="store_true", help="measure documents embedded in 32 bits too")
    parser.add_argument("--service", action="store_true", help="measure asks and searches during ingest too")
    parser.add_argument("--side", choices=[*SIDES, IN_32_BITS], help=argparse.SUPPRESS)
    parser.add_argument("--chroma", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side:
        documents = given(chosen.articles, chosen.limit)
        if chosen.side == "plain":
            found = plain(documents, chosen.chroma)
        else:
            embed = embedder("torch" if chosen.side == IN_32_BITS else None)
            found = groundwire(documents, chosen.chroma, chosen.folder, embed)
        print(json.dumps(found))
        return
    sides = [*SIDES, *([IN_32_BITS] if chosen.torch else [])]
    record: dict[str, Any] = {"machine": machine(), "rounds": {side: [] for side in sides}}
    with tempfile.TemporaryDirectory(prefix="groundwire-bench-") as folder:
        for number in range(chosen.rounds):
            for side in sides:
                own = Path(folder) / f"{side}-{number}"
                own.mkdir()
                record["rounds"][side].append(one(side, chosen.articles, chosen.limit, own))
                print(f"  round {number + 1}/{chosen.rounds}, {side}", file=sys.stderr, flush=True)
        print("\n".join(table(record["rounds"])))
        if chosen.torch:
            asked = [each for each in read_set(HERE / "sets" / "newsroom").questions if each.answerable]
            exact = embedder("torch")
            record["quality"] = {
                name: quality(articles(), asked, embed, asked_with)
                for name, embed, asked_with in (
                    ("32 bits", exact, exact),
                    ("documents in 8 bits", embedder("auto"), exact),
                    ("all in 8 bits", embedder("auto"), embedder("auto")),
                )
            }
            for name, scores in record["quality"].items():
                print(f"{name:<20}" + ", ".join(f"{measure} {value:.4f}" for measure, value in scores.items()))
        if chosen.service:
            record["during"] = during(Path(folder) / "service")
            print("\n".join(told(record["during"])))
    path = HERE / "results" / f"ingest-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")


if __name__ == "__main__":
    main()
