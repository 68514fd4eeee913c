"""Checks for authors of the library's entries: the entries, the progression graph, the ladders (docs/content.md)."""
