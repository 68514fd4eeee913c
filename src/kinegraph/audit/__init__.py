"""The audit trail: who read or changed the data of a patient (docs/domain.md, Audit trail).

Changes are recorded by triggers of the tables (migration 0048), reads by the batch functions that answer rows of
patients: they name the patients on the session (`rules.seen`), and the request writes them down once, before its answer
is sent; where that fails, no answer is sent. What patients read of themselves is not recorded.

The entries of an organization are a chain: each has the SHA-256 of the hash before it and of its own content. They are
never changed or deleted. Users stand in them by a pseudonym, whose row is deleted when a person is erased.
"""
