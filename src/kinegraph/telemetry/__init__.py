"""Telemetry of patients' apps: the use of videos, frames of poses, errors of playback (docs/domain.md, Telemetry).

A user sends batches of their own, with their consent alone: errors of playback need level 1, events of videos level 2,
frames of poses level 2 and the biometric consent. It is read, and locked, in the transaction that stores the batch: so
nothing is stored once a withdrawal has been answered. A batch is stored wholly or not at all, and once: the client's id
of it is stored with a hash of its content.

Rows come by the thousand in a second. So they have no foreign keys and no versions, are written by one statement for
each batch, with the sums of their sessions, and lie in partitions by month, which a job makes ahead and drops.

`TelemetryStore` (`store`) is all that the room asks of the place where they lie; PostgreSQL is the only one.
"""
