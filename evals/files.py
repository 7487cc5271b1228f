"""Files as question sets come in: UTF-8 with or without a mark, whole or as `.gz`, in a folder or a `.zip`."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import InvalidInput

PACKED = ".gz"


def text_of(path: Path) -> str:
    """The text of a file. Raises `InvalidInput` naming it."""
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == PACKED else content).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read as UTF-8 text: {error}", "set") from error


def present(folder: Path, name: str) -> Path | None:
    """The file of that name in a folder, or the packed one; None where neither is."""
    return next((path for path in (folder / name, folder / f"{name}{PACKED}") if path.is_file()), None)


def stem(path: Path) -> str:
    """The name without `.gz` and the ending before it.

    >>> stem(Path("sets/dev-v2.0.json.gz"))
    'dev-v2.0'
    """
    return Path(path.name.removesuffix(PACKED)).stem


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The folder that a `.zip` holds, for as long as it is read; any other path as it is.

    A folder that holds everything, as the public archives have it, is gone into. Raises `InvalidInput`, in whose words
    files are named as if the archive were a folder.
    """
    if path.suffix.lower() != ".zip" or not path.is_file():
        yield path
        return
    with TemporaryDirectory(prefix="groundwire-set-") as made:
        folder = Path(made) / path.stem
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except (OSError, zipfile.BadZipFile) as error:
            raise InvalidInput(f"{path} cannot be unpacked: {error}", "set") from error
        inside = [entry for entry in folder.iterdir() if entry.name != "__MACOSX"]
        try:
            yield inside[0] if len(inside) == 1 else folder
        except InvalidInput as error:
            raise InvalidInput(str(error).replace(f"{folder}", f"{path}"), error.field) from error
