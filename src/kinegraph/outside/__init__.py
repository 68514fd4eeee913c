"""The world outside: one file per vendor, and a vendor's SDK or binary is touched in no other file.

Beside them are the addresses that this API signs (`addresses`), and what several vendors have in common (`errors`,
`embedded`, `vendor_calls`). Nothing here imports another room. What goes wrong out there is a `ServiceError`, for a
person to read.
"""
