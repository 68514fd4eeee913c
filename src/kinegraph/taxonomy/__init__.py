"""Taxonomies: the three vocabularies that exercises are tagged with (docs/domain.md, Taxonomies).

The terms of each (categories, body regions, equipment) are *global*, written by the platform, or an organization's own.
A name is unique within its taxonomy and scope: two names are the same if `kit.text.identity_of` says so. A slug is
unique there too, but is an address only. It is made of the name, with a suffix where another term has it already.
Categories form a tree; a filter by a category includes the categories below it. The tags that join exercises to terms
are rows of this room.
"""
