"""Persisted documents: texts that clients send once, or that operators import, and then name by a hash or an id.

Two kinds share one table of texts, in which each text stands once, under its SHA-256:

- *Registered* documents (automatic persisted queries): a signed-in caller sends a text with its hash, and it is stored
  for everybody who names that hash. Each caller has a bound of documents and bytes (`rules`). A caller who exceeds it
  loses their own least recently used registrations, and a text goes with its last registration. A text that nobody has
  used for a month is deleted.
- *Trusted* documents: imported from a manifest by an operator, under ids. They stay until they are removed.

A hash is looked up in the memory of the process, in Redis, and in PostgreSQL (`store_lookup`). The first two may lose
what they have. A registration leaves nothing in the memory of the process, and in Redis nothing that the database no
longer has: so a flood of registrations evicts only the flooder's own.

Row-level security shows a text to a transaction that has named its hash or id, and to no other. So a text is visible to
those who have its hash, which nobody computes without the text.

Usage is counted by document and client in memory, and written at intervals (`jobs`): a request never waits for that.
"""
