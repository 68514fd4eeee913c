"""Search: exercises by what a text means, in English, Hebrew and Russian (docs/domain.md, Search).

`search.sql` is the statement; what a query may mean is found out by `lexicon`, and the form of texts by `language`.

Invariants: nobody finds what they may not see, and a search without an organization, or in one that the viewer may not
browse, sees canonical rows alone. The indexes hold canonical texts and vectors only, so that neither counts nor times
tell of other organizations' rows. No transaction waits for the service of embeddings (`graph_vectors`).
"""
