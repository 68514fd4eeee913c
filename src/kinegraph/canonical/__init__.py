"""The canonical library that ships with Kinegraph: its files, their format, and seeding.

The exercises stand as JSON in `exercises/`, their format in `exercises/schema.json`, the global taxonomies in
`taxonomy.json`. Seeding is an upsert by slug. Each row stores the hash of the entry it was seeded from, so that a
platform admin's later edit stays until the entry itself changes.
"""
