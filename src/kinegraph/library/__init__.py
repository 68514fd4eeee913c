"""The effective exercise: a canonical row with an organization's override merged in, or its own row as it is.

An override keeps the identity of a canonical row and changes some of what it says, for one organization:
one row for each (organization, exercise), holding a JSON object of the fields that differ, in the API's
spelling. It is merged at every read, so that a change of the canonical row shows at once wherever it is
not overridden. Keys that are not allowlisted, or null, are ignored at read; a diff that becomes empty
deletes the row. Everywhere an organization sees an exercise, it sees the effective one.
"""
