"""The check of whole workouts for a person, and warnings that a coach overrides (docs/generator.md, Check).

Of each movement it says whether a condition rules the exercise out (BLOCK) or speaks against it (WARN), why, what to do
instead, and a substitute. The number of statements does not depend on the number of movements.

An override weakens nothing: the warning stays, and says who overrode it, why, and until when. Overrides are health
data, which coaches alone read.
"""
