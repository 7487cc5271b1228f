"""A stream of lines comes out the same, in whatever pieces it arrives and wherever it broke off before."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.intake import BATCH_DOCUMENTS, Batch, Intake, Lines, TooMany
from rag.errors import KeyReused
from rag.types import Failure

LONGEST = 40
piece = st.lists(st.sampled_from([b"a", b"{}", b"\n", b"\r\n", b"x" * 30, "ü".encode(), b" "]), max_size=12).map(
    b"".join
)
document = st.builds(lambda text: json.dumps({"text": text}).encode(), st.text(min_size=1, max_size=5))
stream = st.lists(st.one_of(document, st.just(b"no"), st.just(b"")), max_size=12)


def texts(batches: Iterable[Batch]) -> list[tuple[int, str]]:
    """What stands in batches: a document's text or a failure's code, by line."""
    found = [each for batch in batches for each in batch.found]
    return [(line, each.code if isinstance(each, Failure) else each.text) for line, each in found]


@given(st.lists(piece, max_size=8))
def test_lines_do_not_depend_on_the_pieces(pieces: list[bytes]) -> None:
    lines = Lines(LONGEST)
    found = [line for each in pieces for line in lines.feed(each)] + list(lines.end())
    whole = b"".join(pieces).split(b"\n")
    whole = whole[:-1] if whole[-1] == b"" else whole
    assert found == [line[: LONGEST + 1].removesuffix(b"\r") for line in whole]


@given(stream, st.data())
def test_what_broke_off_anywhere_is_gone_on_with_as_if_it_had_not(lines: list[bytes], data: st.DataObject) -> None:
    body = b"".join(line + b"\n" for line in lines)
    cut = data.draw(st.integers(0, len(body)))
    first = Intake(LONGEST, 100)
    accepted = [*first.feed(body[:cut]), *first.whole()]
    known, digest = (accepted[-1].lines, accepted[-1].digest) if accepted else (0, "")
    second = Intake(LONGEST, 100, known, digest)
    rest = [*second.feed(body), *second.end()]
    whole = Intake(LONGEST, 100)
    assert texts(accepted) + texts(rest) == texts([*whole.feed(body), *whole.end()])


def test_lines_are_counted_from_1_blank_ones_too_and_a_mark_at_the_start_is_none() -> None:
    intake = Intake(LONGEST, 100)
    list(intake.feed(b'\xef\xbb\xbf{"text": "a"}\n\n[]\n{"text": "b"}'))
    assert texts(intake.end()) == [(1, "a"), (3, "invalid_record"), (4, "b")]


def test_batches_are_bounded() -> None:
    intake = Intake(LONGEST, 10_000)
    batches = list(intake.feed(b'{"text": "a"}\n' * (2 * BATCH_DOCUMENTS + 1)))
    assert [len(batch.found) for batch in batches] == [BATCH_DOCUMENTS] * 2
    assert [len(batch.found) for batch in intake.end()] == [1]


def test_too_many_documents_end_it_and_blank_lines_are_none() -> None:
    intake = Intake(LONGEST, 2)
    with pytest.raises(TooMany):
        list(intake.feed(b"1\n\n2\n\n3\n"))
    assert [batch.lines for batch in intake.whole()] == [4]


@pytest.mark.parametrize("body", [b"1\nX\n3\n", b"1\n"], ids=["another line", "fewer lines"])
def test_another_stream_is_told_from_the_one_before(body: bytes) -> None:
    first = Intake(LONGEST, 9)
    list(first.feed(b"1\n2\n"))
    (batch,) = first.whole()
    second = Intake(LONGEST, 9, batch.lines, batch.digest)
    with pytest.raises(KeyReused):
        _ = [*second.feed(body), *second.end()]


def test_a_complete_stream_may_come_again_and_no_longer_one() -> None:
    first = Intake(LONGEST, 9)
    list(first.feed(b"1\n2"))
    (batch,) = first.end()
    same, longer = (Intake(LONGEST, 9, batch.lines, batch.digest, complete=True) for _ in range(2))
    assert [*same.feed(b"1\n2\n"), *same.end()] == []
    with pytest.raises(KeyReused):
        list(longer.feed(b"1\n2\n3\n"))
