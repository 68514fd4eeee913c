"""The subscriptions of the schema: who may subscribe to what, and what an event shows.

A field of `Subscription` is resolved once for each event, in a read session of the subscriber: it shows the object as
it is then, and raises Hidden where the subscriber may not see it. `SOURCES` says for each field which events it is
about, and who may subscribe (checked again whenever the subscriber's rights may have changed). `realtime` delivers.
"""
