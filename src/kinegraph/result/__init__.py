"""Results: what an athlete achieved in an assignment, by its workout's scoring, and the sets that they did.

One result for each assignment, recorded by its athlete, or by a coach for them. A submission has an id of the client's
(`clientId`): sent again it is stored once, and with other content it is refused. The first submission pins the
assignment to a snapshot, so that sets refer to movements that do not change any more (docs/domain.md, Results).
"""
