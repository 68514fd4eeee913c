"""Organizations, users, memberships, and the viewer: the signed-in user of a request with their memberships.

A user may belong to several organizations, with one role in each. Owners, admins and coaches have *coach access*;
members read what is assigned to them. Platform admin is a flag of the user, not a role, and shows them no organization
(docs/domain.md, Access). The database function `kinegraph_authenticate` reads the viewer and sets them for row-level
security, so that both take one statement.

A cached viewer is set by the procedure `kinegraph_set_viewer`, in the same message as BEGIN. It only compares versions:
the viewer's, which changes with every commit that changes the user or one of their memberships, and those of their
libraries, which change with every commit that changes an organization too. Triggers write all of them. Two snapshots
with equal versions hold equal viewers, so a cached viewer is the one that `kinegraph_authenticate` would return.
"""
