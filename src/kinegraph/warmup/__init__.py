"""Warm-up and cool-down of a session: what prepares its exercises, and what stretches its muscles (docs/generator.md)."""
