"""Writing the training layers of exercises through the API (docs/training.md).

Who may write an exercise may classify it: coaches their organization's own, platform admins canonical ones. From class,
modifiers and stressors follow its profile and its safety constraints, as they do for entries of the library; values may
be changed after that. A change of a layer is a change of the exercise: its `updatedAt` grows.

Restrictions are what an organization adds to the safety of any exercise that it sees. None weakens the constraints.
"""
