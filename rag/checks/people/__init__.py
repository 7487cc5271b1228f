"""Who people are, what they are called, what they say, and what became of them. Pure."""
