"""Checks of workouts for a person, and warnings that coaches override (docs/generator.md, The check of a workout).

Of each movement it says whether a condition rules the exercise out (BLOCK) or speaks against it (WARN), why, what to do
instead, and a substitute. The number of statements does not depend on the number of movements.

An override weakens nothing: the warning stays, and says who overrode it, why, and until when. Overrides are health
data, which coaches alone read.
"""
