"""The exercises of a session while they are chosen: what may be added, in which order, what fits best.

The rules are pure (docs/generator.md).
"""
