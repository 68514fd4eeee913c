"""Treatment plans (docs/domain.md, Treatment plans): working copies of weeks, days, sessions and exercises; versions.

Publishing copies the working copy into a version that nobody can change: the application's database role may neither
update nor delete its rows, and a trigger refuses both. Structure and amounts are frozen; the exercises' own content
stays live, and a hash of it tells whether it has changed since (`contentChanged`).

Coaches read and write the plans of their organization. Patients read the versions that they are enrolled in, never a
working copy.
"""
