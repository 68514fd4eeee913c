"""Readers and writers of file formats: free-exercise-db, wger, CSV, our own JSON, and manifests of persisted documents.

A reader of exercises is a pure function from a file's bytes to its rows: each has its fields, spelled as in the API's
input, and its faults (`records.Raw`). The values of the fields are not checked here, but in `exchange`.
"""
