"""The terms of training in three languages, and what queries may mean by them (docs/content.md, The lexicon).

`concepts/` has the terms, a subject each file, which `rules_lexicon` reads; `rules_spelling` corrects words by their
vocabulary, `rules_query` finds out what a query may mean, and `rules_filter` and `store` what the filter `q` of lists
finds.
"""
