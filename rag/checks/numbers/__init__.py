"""Amounts: whether those of a sentence are those of its quotes, in their units, or follow from them. Pure."""
