"""Who is asking: organizations, users, memberships, and the viewer of a request.

A user may belong to several organizations, with one role in each; owner, admin and coach have *coach
access*, members read what is assigned to them. Platform admin is a flag of the user, not a role, and
shows them nothing of any organization. The viewer is read by the same statement that sets them for
row-level security (`kinegraph_enter`), so knowing one's organizations costs no statement of its own.

A cached viewer is set together with BEGIN (`kinegraph_set_viewer`), which compares versions and reads nothing else:
the viewer's, which every transaction that changes the user or a membership of theirs replaces when it commits, and
those of their libraries, which one that changes an organization replaces too. All are written by triggers. Two
snapshots with equal versions hold equal viewers, so what was cached is what `kinegraph_enter` would answer.
"""
