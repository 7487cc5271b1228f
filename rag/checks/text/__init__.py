"""How the checks read a text: one spelling, its clauses, and where its names, numbers and verbs stand. Pure."""
