"""The benchmark of search: judged queries in three languages, and how well `searchExercises` answers them.

docs/search-quality.md says how the queries were written and judged.
"""
