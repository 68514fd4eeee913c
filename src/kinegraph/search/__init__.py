"""Search: the lexicon of exercise terms in three languages.

`lexicon/` has its files, a subject each; docs/content.md, The lexicon, says how they are written.
"""
