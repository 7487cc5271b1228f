"""Measures of answers, citations, refusals and retrieval, run with `pytest evals/`."""
