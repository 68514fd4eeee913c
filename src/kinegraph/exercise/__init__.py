"""The stored exercise: canonical rows that the platform curates, and organizations' own.

A row without organization is *canonical*: its slug is unique among canonical rows, only platform admins
and the seed write it. A row with one is that organization's own; with `forked_from_id` it is a fork.
What an organization sees of a canonical row is in `library` (overrides), lists are in `catalog`, the canonical library
that ships with Kinegraph is in `canonical`.
"""
