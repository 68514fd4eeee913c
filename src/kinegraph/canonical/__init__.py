"""The canonical library that ships with Kinegraph: its files, their format, and seeding.

The exercises are JSON files in `exercises/`, their format is `exercises/schema.json`, the global taxonomies are in
`taxonomy.json`. Seeding is an upsert by slug. Each row stores the hash of the entry that it was seeded from, so that a
platform admin's later edit is not overwritten until the entry itself changes.
"""
