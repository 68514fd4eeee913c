"""Who is asking: organizations, users, memberships, and the viewer of a request.

A user may belong to several organizations, with one role in each; owner, admin and coach have *coach
access*, members read what is assigned to them. Platform admin is a flag of the user, not a role, and
shows them nothing of any organization. The viewer is read by the same statement that sets them for
row-level security (`kinegraph_enter`), so knowing one's organizations costs no statement of its own.
"""
