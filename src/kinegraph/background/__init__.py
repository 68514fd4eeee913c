"""Work in the background: the jobs, as rows.

A job's row is the truth about it. Redis carries its id to a worker, and may lose it: a job that did not end in
time is handed over again, so every job may run twice and must leave the same rows as if it ran once. What a
job does stands in the rooms' `jobs`; which facts make which jobs, in `kinegraph.worker`.
"""
