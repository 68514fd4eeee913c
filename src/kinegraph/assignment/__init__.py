"""Assignments: a workout planned for an athlete on a day, and how it went.

An assignment shows its library workout until the first edit that is made with its id; from then on it shows a snapshot,
its own copy (`workout.store_tree.fork`). Athletes see the workouts that are assigned to them, and no others
(docs/domain.md, Assignments and snapshots).
"""
