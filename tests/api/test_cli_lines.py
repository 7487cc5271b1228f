"""Lines that are sent as they are read: again from the beginning when it broke off, from a pipe too."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from api.cli import lines
from api.cli.lines import FileOfLines, Pipe, sent_as_lines
from api.client import Body, Client, NotRunning, Problem
from rag.errors import GroundwireError, Unavailable

WHOLE = b"".join(b'{"text": "Rain fell on day %d."}\n' % number for number in range(100))


class Broken(Client):
    """A client whose connection fails, as `failing` says: after so many pieces, with this error."""

    def __init__(self, *failing: tuple[int, GroundwireError]) -> None:
        super().__init__("http://127.0.0.1:1")
        self.failing = list(failing)
        self.sent: list[bytes] = []
        self.keys: set[str] = set()

    def send(self, path: str, pieces: Iterable[bytes], size: int | None, headers: Mapping[str, str]) -> Body:
        self.keys.add(headers["Idempotency-Key"])
        after, error = self.failing.pop(0) if self.failing else (-1, None)
        self.sent.append(b"")
        for number, piece in enumerate(pieces):
            if number == after:
                break
            self.sent[-1] += piece
        if error:
            raise error
        return {"job_id": "job_1"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE_BYTES", 64)
    monkeypatch.setattr("time.sleep", lambda _: None)


def broke_off() -> Unavailable:
    return Unavailable("service", "the connection broke off")


def test_a_pipe_that_broke_off_is_sent_again_from_its_beginning_with_the_same_key() -> None:
    service = Broken((3, broke_off()), (20, Problem(504, {"code": "timeout"})), (0, NotRunning("nothing answers")))
    with closing(Pipe(io.BytesIO(WHOLE))) as pipe:
        assert sent_as_lines(service, pipe, "stdin.jsonl") == {"job_id": "job_1"}
    assert len(service.sent) == 4
    assert service.sent[-1] == WHOLE
    assert all(WHOLE.startswith(sent) for sent in service.sent)
    assert len(service.keys) == 1


def test_a_file_is_sent_again_too_until_it_gets_no_further(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(WHOLE)
    further = [(number, broke_off()) for number in range(1, 12)]
    service = Broken(*further, *[(11, broke_off())] * lines.TRIES)
    with pytest.raises(Unavailable):
        sent_as_lines(service, FileOfLines(path), "a.jsonl")
    assert len(service.sent) == len(further) + lines.TRIES - 1
    assert "add it all again to go on" in capsys.readouterr().err


@pytest.mark.parametrize("error", [Problem(413, {"code": "too_many_lines"}), NotRunning("nothing answers")])
def test_what_another_try_does_not_mend_is_not_tried_again(error: GroundwireError) -> None:
    service = Broken((0, error))
    with closing(Pipe(io.BytesIO(WHOLE))) as pipe, pytest.raises(type(error)):
        sent_as_lines(service, pipe, "stdin.jsonl")
    assert len(service.sent) == 1


def test_what_cannot_be_kept_of_a_pipe_still_goes_through_but_not_twice(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    pipe = Pipe(io.BytesIO(WHOLE))
    pipe.close()
    pipe._kept = (tmp_path / "kept").open("rb")
    service = Broken()
    sent_as_lines(service, pipe, "stdin.jsonl")
    assert (service.sent, pipe.again) == ([WHOLE], False)
