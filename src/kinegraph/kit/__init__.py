"""Level 0, knows no domain: connections, sessions, the cache, batch loading, the GraphQL helpers, pages, errors, logs.

Whatever stands here could serve another product unchanged. It imports no other room.
"""
