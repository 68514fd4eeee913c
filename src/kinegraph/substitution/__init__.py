"""Substitutes of exercises: ranked by likeness, safe for a person, explained (docs/generator.md, Substitution).

The rules are pure. `rules_loads` converts loads where the resistance changes.
"""
