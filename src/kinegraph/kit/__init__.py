"""Level 0, without any domain: connections, sessions, cache, batch loading, GraphQL helpers, pages, errors, logs.

Another product could use this room unchanged. It imports no other room.
"""
