"""Checks of a drafted sentence against its quotes, a kind of mistake a module; `verify` puts them together. Pure."""
