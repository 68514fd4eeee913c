"""The canonical library that ships with Kinegraph: its files, their format, and seeding.

The exercises are JSON files in `exercises/`, their format is `exercises/schema.json`, the global taxonomies are in
`taxonomy.json`, animated drawings of exercises in `figures/`. Seeding is an upsert by slug. Each row stores the hash of
the entry that it was seeded from, so that a platform admin's later edit is not overwritten until the entry itself
changes.

Other files of this format are seeded from the object storage, all rows or none (`jobs_objects`). What such a file has
changed in a shipped row stays when the shipped library is seeded again.
"""
