"""Overrides in files alone (`library` has those of the API): the exercise of each, the decision about it, writing it.

A file's override is compared with what the organization overrides now (docs/exchange.md, The report). Its exercise is
found by id or by name, never by slug alone. Values that were imported are distinguished from those that somebody set in
the API by the author that is stored beside each value (`exercise_org_overrides.changes`): imports have none.
"""
