"""Embeddings: the vectors by which exercises, overrides and workouts are found by meaning."""
