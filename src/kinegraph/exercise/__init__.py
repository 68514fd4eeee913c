"""The stored exercise: canonical rows that the platform curates, and organizations' own.

A row without organization is *canonical*: its slug is unique among canonical rows, only platform admins
and the seed write it. A row with one is that organization's own; with `forked_from_id` it is a fork.
What an organization sees of a canonical row is the library room's matter (overrides).

The shipped library stands as JSON in `canonical/`, its format in `canonical/schema.json`. Seeding is an
upsert by slug. Each row remembers the hash of the entry it was seeded from, so that a platform admin's
later edit stays until the entry itself changes.
"""
