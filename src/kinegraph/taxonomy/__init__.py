"""Taxonomies: the three vocabularies that exercises are tagged with (docs/domain.md, Taxonomies).

The terms of each (categories, body regions, equipment) are *global*, written by the platform, or an organization's own.
A slug is unique within its taxonomy and scope. Categories form a tree; a filter by a category includes the categories
below it. The tags that join exercises to terms are rows of this room.
"""
