"""Exchange: importing exercises from files, and exporting them to one, for one scope.

A *scope* is the canonical library, or one organization's own rows. `formats` reads a file's rows, `rules_fields` checks
them and makes *entries*, each with a key that stays the same from one version of the file to the next
(`exercises.import_key`). An import is planned as a whole before anything is written (`rules_plan`), reported, and then
done in one transaction, or not at all.

An entry's *content* is the fields that it sets: columns, instructions, contraindications, terms. The hash of the
content that was last imported is stored in `exercises.seed_hash` and names these fields (`rules_fields.digest`), so
that a row that is unchanged since its import is told apart from one that somebody edited. Edits are not overwritten
without `--overwrite`. A canonical row that was seeded keeps the hash of seeding.
"""
