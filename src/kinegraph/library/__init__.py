"""The effective exercise: a canonical row with an organization's override merged in, or its own row as it is.

An override changes fields of a canonical row for one organization: one row for each (organization, exercise), with a
JSON object, the *diff*, of the changed fields in the API's spelling. It is merged at every read, so that a change of
the canonical row is visible at once in every field that is not overridden. Keys that are not allowlisted, or null, are
ignored. The row of a diff that was reset stays, empty, with who reset it and when: it overrides nothing, and holds the
version of the organization's view (docs/domain.md, Overrides).

Pages of a library are cached as finished JSON, for the versions of the canonical library and of the organization's
own (`rules_cache`). Each transaction that changes an exercise, an override or the organization itself gives its library
a new version when it commits, by a trigger; a query reads the versions of its snapshot together with its viewer. So a
cached page equals the page that would be read, and a change is visible at once. Mutations use no cache.
"""
