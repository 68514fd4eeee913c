"""Single movements of a workout: adding, editing, moving and removing one, beside the whole tree.

Each of these mutations locks the workout's tree, reads it, and writes the rows that differ; the positions in a section
stay 0, 1, 2 and so on (docs/domain.md, Workouts).
"""
