"""Idempotency keys: a mutation that is sent again with its key is answered, and not executed, again.

The header `Idempotency-Key` names a request of a user for 24 hours (docs/domain.md, Requests that are sent again). The
key is stored in the transaction of the mutations, together with their answer, so that there is never one without the
other: a request that was rolled back leaves no key. The row is inserted as the transaction begins: a second request
with the same key, sent while the first one runs, waits there for the first to end, and gets its answer. It waits,
rather than being refused, because a client that sends again has lost the answer and wants nothing else; its wait ends
with the time limit of requests.
"""
