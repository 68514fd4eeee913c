"""The stored exercise: canonical rows that the platform curates, and organizations' own.

A row without an organization is *canonical*: its slug is unique among canonical rows, and only platform admins, seeding
and imports write it. A row with one is that organization's own; with `forked_from_id` it is a fork. An organization's
view of canonical rows (overrides) is in `library`, lists are in `catalog`, the canonical library that ships with
Kinegraph is in `canonical`.
"""
