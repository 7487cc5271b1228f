"""Orders that a text gives to whoever reads it for an answer: found in articles, and in drafts. Pure."""
