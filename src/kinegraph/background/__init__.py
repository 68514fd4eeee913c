"""Background jobs, as rows.

A job's state is its row. Redis only carries its id to a worker, and may lose it: a job that did not end in time is
handed over again. So every job may run twice, and must then leave the same rows as if it had run once. The functions of
jobs are in the rooms' `jobs`; `kinegraph.worker` says which facts make which jobs.
"""
