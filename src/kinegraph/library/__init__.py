"""The effective exercise: a canonical row with an organization's override merged in, or its own row as it is.

An override keeps the identity of a canonical row and changes some of what it says, for one organization:
one row for each (organization, exercise), holding a JSON object of the fields that differ, in the API's
spelling. It is merged at every read, so that a change of the canonical row shows at once wherever it is
not overridden. Keys that are not allowlisted, or null, are ignored at read; a diff that becomes empty
deletes the row. Everywhere an organization sees an exercise, it sees the effective one.

Pages of a library are cached as finished JSON, for the versions of the canonical library and of the organization's
own (`rules_cache`). Each transaction that changes an exercise, an override or the organization itself gives its library
another version when it commits, by a trigger; a query learns the versions of its snapshot with its viewer. So a cached
page is what would be read, and a change shows at once. Mutations use no cache.
"""
