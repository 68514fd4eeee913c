"""Assignments: a workout planned for an athlete on a day, and how it went.

An assignment shows its library workout until the first edit made with its id; from then on it shows a snapshot, its
own copy (`workout.store_tree.fork`). Athletes see what is assigned to them and nothing else.
"""
