"""The change feed of patients' apps: everything that they show, and then each change of it (docs/sync.md).

An app stores a cursor, which stands for a snapshot of the database, and reads the objects that transactions changed
which the snapshot does not have. What is reported is that an object was changed or removed; the object itself is read
as it is now, so that an app which has applied all changes has what the API shows.
"""
