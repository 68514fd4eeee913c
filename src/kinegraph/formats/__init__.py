"""Readers and writers of file formats: free-exercise-db, wger, CSV, and our own JSON.

A reader is a pure function from a file's bytes to its rows: each has its fields, spelled as in the API's input, and its
faults (`records.Raw`). The values of the fields are not checked here, but in `exchange`.
"""
