"""Requests for a session, the exercises that are eligible for them, and their prescriptions (docs/generator.md).

The rules are pure: `generator` assembles a session from eligible exercises.
"""
