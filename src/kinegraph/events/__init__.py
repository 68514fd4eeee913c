"""Events: what subscribed clients are told, such as that a comment was added.

An event is recorded by a trigger, in the transaction of its change: no change without its event, and no event without
its change. After the commit it gets a position, in an order in which no reader can skip one (migration 0021): whoever
has read up to a position, and goes on from there, misses none and gets none twice. Positions are the cursors of
subscriptions.

An event has ids alone. What it is about is read when it is delivered, for each subscriber by their own rights.
Events are deleted after 25 hours, and beyond MAX_EVENTS. The newest of those that would have been deleted stays: it
tells whether a position is so old that events after it are gone.

The room has no rights of its own: it reads as the worker, and hands out ids to the API's own code only.
"""
