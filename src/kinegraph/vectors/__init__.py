"""Vectors of queries, the texts that somebody searches for: cached for all users, else asked of the embedding service.

A text is what a user typed, so it is stored nowhere: an entry has the hash of its form in which it is searched, and
the vector. The text that is sent to the service follows from that form alone. So equal forms have one vector, and
nobody can store another one for a text that others search.
"""
