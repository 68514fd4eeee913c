"""Search: exercises by what a text means, in English, Hebrew and Russian (docs/domain.md, Search).

`rules_text` has the analysis of texts, which migration 0027 has in SQL for the stored ones; `rules_query` finds out
what a query may mean, by the lexicon (`rules_lexicon`) and its spelling (`rules_spelling`); `search.sql` is the
statement.
`lexicon/` has the lexicon's files, a subject each; docs/content.md, The lexicon, says how they are written.

Invariants: nobody finds what they may not see, and a search without an organization, or in one that the viewer may not
browse, sees canonical rows alone. The indexes hold canonical texts only, so that neither counts nor times tell of other
organizations' rows.
"""
