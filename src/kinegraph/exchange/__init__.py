"""Exchange: importing exercises from files, and exporting them to a file, for one scope.

A *scope* is the canonical library, or one organization's own rows. `formats` reads a file's rows, `rules_entries` makes
*entries* of them, each with a key that stays the same from one version of the file to the next
(`exercises.import_key`; a key made of a name has the whole name). Beside exercises, our own format has the scope's
taxonomy terms and overrides (`override`). An import is planned as a whole before anything is written (`rules_plan`),
reported, and then done in one transaction, or not at all.

An entry's *content* is the fields that it sets: columns, instructions, contraindications, terms. The hash of the
content that was last imported is stored in `exercises.seed_hash` and names these fields (`formats.hashes`). It
distinguishes rows that are unchanged since their import from edited ones. Edits are not overwritten without
`--overwrite`. The hash of a seeded canonical row stays the one of seeding.
"""
