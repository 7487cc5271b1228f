"""Raw articles in; documents, passages, vectors and an index out."""
