"""Exchange: exercises in from files, and out to a file, for one scope.

A *scope* is the canonical library, or one organization's own rows. A file is read into *entries* (`rules_*` by
format), each with a key that stays the same from one version of the file to the next (`exercises.import_key`).
What an import would do is decided as a whole before anything is written (`rules_plan`), told, and then done in one
transaction, or not at all.

An entry's *content* is what it sets, and nothing else: columns, instructions, contraindications, terms. The hash of
the content that was last imported stands in `exercises.seed_hash` and says of which fields it is (`rules_content`),
so that a row which still says what was imported can be told from one that somebody edited since. Nobody's edit is
lost without `--overwrite`. A canonical row that was seeded keeps the seed's hash, since it is the seed's to compare.
"""
