"""Exercises as software chooses among them: effective values, profile, safety and edges together (docs/generator.md).

A *candidate* is an exercise of an organization's merged library with its training layers; the *catalogue* has all of
them. It is loaded by one statement and cached, so that substitution, the generator and the check of workouts only
decide.
"""
