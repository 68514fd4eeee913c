"""Background jobs, as rows.

A job's state is its row. Redis only carries its id to a worker, and may lose it: a job that did not end in time is
handed over again. So every job may run twice, and must then leave the same rows as if it had run once: it stores its
progress in the transaction of the work (`jobs.JobRun`), which fails where another run has begun. The functions of jobs
are in the rooms' `jobs`; `kinegraph.worker_jobs` says which facts make which jobs.
"""
