"""Warm-up and cool-down of a session: what prepares it, and what stretches its muscles (docs/generator.md)."""
