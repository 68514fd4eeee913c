"""Changing an organization: its name, what its members see, and its thresholds of pain (docs/domain.md, Access).

Owners and admins write it. Whatever was cached of it is invalid with the commit: its row is part of every viewer, whose
versions a trigger changes (migration 0025).
"""
