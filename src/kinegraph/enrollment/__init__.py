"""Enrollments of patients in versions of plans (docs/domain.md, Enrollments): their days, pauses and moves.

A patient has at most one running enrollment (active or paused) in a plan. They stay on the version in which they were
enrolled until a coach moves them; from then on another version holds, and their logs stay. Day 1 of week 1 is the
day on which the enrollment starts; days are those of the patient's time zone. A pause does not shift the days: what
falls on a paused day is not due.
"""
