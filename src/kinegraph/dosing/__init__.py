"""Prescriptions of exercises for a goal and a person, and the time that they take (docs/generator.md).

The rules are pure. They begin with the ranges of an exercise's profile, narrow them by what the person can do and by
the advice of the person's conditions, and count the seconds.
"""
