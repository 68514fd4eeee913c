"""The training layers of exercises: programming profiles, the progression graph, safety constraints (docs/training.md).

Each layer has a table of its own, so that a further one changes nothing here. A copy without a row of a layer has that
of its nearest source. What a person may do is assessed when it is asked for, and nothing of a person is stored.

An organization may add to safety, never weaken it: its restrictions, and the contraindications of its own exercises,
are added to the constraints, and the strictest of them counts.
"""
