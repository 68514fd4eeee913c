"""Workouts: workout → sections → movements → comments, and the assignments that show them to athletes.

A library workout belongs to an organization; its coaches write it, athletes see what is assigned to them.
A tree is replaced in one transaction: what is sent with its id keeps it, and with it its comments; a
movement that disappears is deleted, or, where it has comments, deleted softly. Prescriptions and section
configs are typed; each shape accepts only its own config keys. A movement refers to a canonical exercise
or to its organization's own, nothing else.

Writers of one workout's tree take turns on an advisory lock; commenting shares it. Row locks would not do:
an athlete may comment on a workout that they may not change, and row-level security ties the two together.

Trees are cached as finished JSON with gaps for comments, for the version of the organization's workouts and of the
libraries that their exercises are made of (`rules_cache`); each change of a section or a movement moves that version.
"""
