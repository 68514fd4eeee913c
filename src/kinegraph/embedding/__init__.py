"""Embeddings: the vectors by which exercises, overrides and workouts are found by meaning.

A vector is made of a row's text by an external service (outside.voyage), and stored with a hash of the model and the
text. A row is embedded again only where that hash changes: other edits, and a job that runs twice, send nothing.

Triggers mark rows whose texts may have changed (migration 0029), and record a fact of it; the worker makes one job of
many facts, which takes all marked rows. The nightly comparison of all hashes (`jobs_sweep`) finds what no trigger
marks: another model, a text that a new version composes otherwise.

A job claims marks before it sends their texts, for CLAIM_SECONDS, which it renews before each further request. It
stores a vector only where the mark is still claimed by it and was not made anew: so no row is embedded by two jobs at
once, and no vector of an earlier text is stored for a later one. Claims of a job that was killed are released by its
next run.

What is embedded:

    exercise  canonical rows and those of organizations, by name, aliases, muscles, equipment, cues …
    override  the effective exercise of its organization, where its text differs from the canonical one; else it has a
              hash and no vector, and the canonical vector is used
    workout   title, description, sections, names of exercises as the organization sees them; not snapshots

The vector of a deleted row is removed.
"""
