"""Workouts: workout → sections → movements → comments, and the assignments that show them to athletes.

A library workout belongs to an organization; its coaches write it, athletes see what is assigned to them.
A tree is replaced in one transaction: a row that is sent with its id retains the id and its comments; a
movement that is left out is deleted, or, where it has comments, deleted softly. Prescriptions and section
configs are typed; each shape accepts only its own config keys. A movement refers to a canonical exercise
or to its organization's own, nothing else (docs/domain.md, Workouts and Prescriptions).

Writers of one workout's tree take an advisory lock, one after the other; adding a comment shares the lock (editing or
deleting one takes none). Row locks cannot be used: an athlete may comment on a workout that they may not change, and
row-level security demands the right to change a row from whoever locks it.

Trees are cached as finished JSON with gaps for comments. `rules_cache` says under which key and for which version, and
when an entry is invalid.
"""
