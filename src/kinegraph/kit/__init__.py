"""Level 0, knows no domain: the database, batches, the GraphQL helpers, pages, errors, logs.

Whatever stands here could serve another product unchanged. It imports no other room.
"""
