"""One vendor a file. Only `rag.compose` imports from here."""
