"""Taxonomies: the three vocabularies that exercises are tagged with (seed 000).

Categories, body regions and equipment items are *global* terms, which the platform writes, and an organization's own
beside them. A term is found by its slug within its taxonomy and scope. Categories form a tree; a category stands for
those below it. Tags join exercises to terms and live in this room's tables.
"""
