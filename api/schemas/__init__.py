"""What goes over the wire, in and out, as pydantic models with an example each.

Requests turn themselves into the vocabulary of `rag.types`; replies are made from it.
"""
