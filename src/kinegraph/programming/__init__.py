"""Requests for a session, its places, and the exercises that are eligible for them (docs/generator.md).

The rules are pure: `generator` assembles a session from eligible exercises.
"""
