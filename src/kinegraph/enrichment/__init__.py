"""Enrichment: a language model proposes Hebrew and Russian aliases of canonical exercises, people review them.

A proposal becomes an alias when a platform admin accepts it, or at once where the job was requested so. Each exercise
has a text at most once among its proposals, whatever became of it: so what was rejected does not come back, nor what
was accepted and removed later. Aliases that people wrote are never removed, changed or moved (docs/domain.md,
Enrichment).
"""
