"""Readers and writers of other people's files: free-exercise-db, wger, CSV, and our own JSON.

A reader is pure: it takes a file's bytes and returns its rows, each a mapping of fields spelled as in the API's input,
with what is wrong about it (`records.Raw`). What a field may hold is not decided here; `exchange` checks the rows.
"""
