"""The analysis of texts in English, Hebrew and Russian, for search and lists of exercises (docs/domain.md, Search).

`rules_text` is the twin of what migration 0027 has in SQL for stored texts; `rules_fulltext` has the queries that match
them, and `rules_index` the indexes of vocabularies in memory.
"""
