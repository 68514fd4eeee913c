"""Enrolling patients in plans, and changing their enrollments (docs/domain.md, Enrollments): coaches alone.

Every change is made under the lock of the enrollment's row, and recorded as a move that is never changed: from what to
what, from which day on, why, by whom. A status and a pause count from a day on, which may lie a month in the past;
another version counts from today on at the earliest, since logs refer to the version that held. It takes the place of
moves that are to come from its day on.

A version is assigned only where nothing in it is ruled out by the patient's conditions, or a coach has overridden each
such finding with a reason and an end. An override weakens nothing: the finding stays.
"""
