"""One file format a module: bytes in, documents or a named refusal out."""
