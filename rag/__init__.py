"""The answer engine: a question in, sentences backed by verbatim quotes out.

Knows nothing of HTTP or of files being added. Read `answer.py` first.
"""
