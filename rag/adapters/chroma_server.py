"""Chroma's own Rust server in this process: `python -m rag.adapters.chroma_server PATH PORT`.

Loopback only. The bindings are called directly, because importing the `chromadb` package for its
command line costs a second and a hundred megabytes.
"""

from __future__ import annotations

import sys

import chromadb_rust_bindings


def main() -> None:
    _, path, port = sys.argv
    chromadb_rust_bindings.cli(["chroma", "run", "--path", path, "--host", "127.0.0.1", "--port", port])


if __name__ == "__main__":
    main()
