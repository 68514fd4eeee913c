"""One run of a job: the object by which a job's function stores progress and learns that it must stop."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from kinegraph.background import store_runs
from kinegraph.background.rules import LEASE_SECONDS, JobStatus
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.sessions import WriteSession


class JobStopped(Exception):
    """The run must end: its job was cancelled, or another worker has begun it again. Nothing of it is committed."""


def wake_nobody() -> None:
    """Wake nobody: for runs without subscribers."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job by a worker. `tries` is its number: once a later run has begun, this one writes nothing more.

    `wake` is called after each commit of progress, to have subscribers be sent it.
    """

    id: UUID
    tries: int
    lease_seconds: int = LEASE_SECONDS
    wake: Callable[[], None] = wake_nobody

    async def report(
        self, session: WriteSession, *, total: int | None = None, done: int | None = None, message: str | None = None
    ) -> None:
        """Store progress in the transaction of the work that it is about, and extend the lease. Raises JobStopped.

        The job's row is locked until the commit: nobody cancels the job or begins it again before. Values that are
        None stay as they are. The session gets the rights of the worker as well.
        """
        await self._store(session, total, done, message, is_work=True)
        _call_on_commit(session, self.wake)

    async def show(
        self, database: Database, *, total: int | None = None, done: int | None = None, message: str | None = None
    ) -> None:
        """Store progress in a transaction of its own, and extend the lease. Raises JobStopped.

        For work that is not committed before its end: its progress is visible, and does not count as work done.
        """
        async with database.write() as session:
            await self._store(session, total, done, message, is_work=False)
        self.wake()

    async def show_retry(self, database: Database, fault: Exception) -> None:
        """Show in the job's message that a service failed a call, which will be tried again. Raises JobStopped."""
        await self.show(database, message=f"{fault} It is tried again.")

    async def succeed(self, session: WriteSession, message: str) -> None:
        """End the job in the transaction of its work: what it did is told once, however often it is run.

        Raises JobStopped.
        """
        await self.report(session)
        await store_runs.end(session, self.id, self.tries, JobStatus.SUCCEEDED, message=message, error=None)

    async def _store(
        self, session: WriteSession, total: int | None, done: int | None, message: str | None, *, is_work: bool
    ) -> None:
        await act_as_worker(session)
        progress = store_runs.Progress(total, done, message, is_work)
        if not await store_runs.report(session, self.id, self.tries, progress, self.lease_seconds):
            raise JobStopped(f"The job {self.id} was cancelled, or begun again by another worker.")


def _call_on_commit(session: WriteSession, function: Callable[[], None]) -> None:
    """Have a function be called after the session's commit, once, and after what was to be called before."""
    before = session.on_commit
    if before is None or before is function:
        session.on_commit = function
        return

    def both() -> None:
        before()
        function()

    session.on_commit = both
