"""Single sessions and exercises of a plan's working copy: adding, editing, moving and removing one.

Each of these mutations locks the plan, reads its working copy, and writes the rows that differ; the positions in a day
and in a session stay 0, 1, 2 and so on. The version of an edit (`ifUpdatedAt`) is the plan's (docs/domain.md, Treatment
plans).
"""
