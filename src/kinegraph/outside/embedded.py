"""Embedded servers: starting and stopping a server on a folder, which one process owns.

A pid file outlives a crash, and its number is soon given to another process, so that pid files prove nothing. Instead,
two kernel locks (flock) in the folder say which processes are alive; the kernel releases them when these end:

- `<name>.keeper` is locked by the owner: the one process that started the server and will stop it.
- `<name>.lock` is locked by the server (and by initdb before it). Its children inherit the open file, so that the lock
  is free exactly when the last of them has ended. The file contains the server's pid and the folder of its socket.

The server of an owner that was killed goes on running; the next owner adopts it.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypedDict

from .errors import ServiceError

START_SECONDS = 60.0
ORPHAN_SECONDS = 15.0
# An owner may be killed while it starts a program, which then holds the lock until it executes.
OWNER_LOCK_SECONDS = 2.0
LOG_BYTES = 10_000_000


class Running(NamedTuple):
    """A server whose process is alive; it may not be ready yet."""

    pid: int
    sockets: Path


class Account(NamedTuple):
    """The user that a server runs as if root starts it."""

    uid: int
    gid: int


class Task(NamedTuple):
    """A program to run: its command, folder, environment and user."""

    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    account: Account | None = None


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> _Identity:
    """Return the arguments of Popen that change the user to `account`; None changes nothing."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def find_running(folder: Path, name: str) -> Running | None:
    """Return the server that runs on this folder, whichever process started it."""
    try:
        lock = os.open(folder / f"{name}.lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        if lock_file(lock, fcntl.LOCK_SH):
            return None
        pid, _, sockets = os.read(lock, 4096).decode().partition("\n")
        return Running(int(pid), Path(sockets)) if sockets else None
    finally:
        os.close(lock)


def is_answering(address: Path, request: bytes, response: bytes) -> bool:
    """True if a server at this socket answers to `request` with a text that begins with `response`."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as client:
        client.settimeout(1)
        try:
            client.connect(str(address))
            client.sendall(request)
            return client.recv(64).startswith(response)
        except OSError:
            return False


class ServerOwner:
    """The ownership of a folder: the process that has it may start and stop the folder's server."""

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self.folder, self.name, self.title = folder, name, title
        self.log = folder / f"{name}.log"
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._server: Running | None = None
        self._lock: int | None = None

    def take(self) -> None:
        """Become the owner. Raises ServiceError where another process is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / f"{self.name}.keeper", os.O_RDWR | os.O_CREAT, 0o600)
        if not lock_file(lock, fcntl.LOCK_EX, OWNER_LOCK_SECONDS):
            owner = os.read(lock, 32).decode()
            os.close(lock)
            raise ServiceError(
                f"{self.title} already runs on {self.folder} for process {owner or '(unknown)'}:"
                " stop that one first, or set KINEGRAPH_HOME to another folder."
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        self._lock = lock

    def start(self, launch: Callable[[], None], ready: Callable[[Running], bool]) -> Running:
        """Return the server when it is ready: one that a killed owner left, or a new one."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            running = find_running(self.folder, self.name)
            if running and ready(running):
                self._server = running
                return running
            if self._process is not None and self._process.poll() is not None:
                raise self.failure(f"ended with status {self._process.returncode} while starting")
            if running is None and self._process is None:
                launch()
            time.sleep(0.02)
        raise self.failure(f"was not ready within {START_SECONDS:.0f} seconds")

    def launch(self, task: Task, sockets: Path) -> None:
        """Start the server's process."""
        with self.lock_folder() as lock:
            self._process = self._spawn(task, lock)
            self._server = Running(self._process.pid, sockets)
            os.pwrite(lock, f"{self._process.pid}\n{sockets}".encode(), 0)

    def run(self, task: Task, lock: int, seconds: float) -> int:
        """Run a program that prepares the folder. Returns its exit status."""
        process = self._spawn(task, lock)
        try:
            return process.wait(seconds)
        except BaseException:
            process.kill()
            process.wait()
            raise

    @contextmanager
    def lock_folder(self) -> Iterator[int]:
        """Lock the folder for a server, as soon as the last process of an earlier run has ended. Gives the lock."""
        lock = os.open(self.folder / f"{self.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not lock_file(lock, fcntl.LOCK_EX, ORPHAN_SECONDS):
                raise self.failure("left processes of an earlier run that do not end: end them by hand")
            os.ftruncate(lock, 0)
            yield lock
        finally:
            os.close(lock)

    def stop(self, *signals: tuple[signal.Signals, float]) -> None:
        """Send each signal, and wait its seconds, until the server has ended; then give up the folder. Idempotent."""
        if self._lock is None:
            return
        try:
            if self._server is not None:
                self._signal(self._server.pid, signals)
                shutil.rmtree(self._server.sockets, ignore_errors=True)
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)  # a process forked from this one may have it open, too
            os.close(self._lock)
            self._lock = None

    def failure(self, what: str) -> ServiceError:
        """Return an error with the last lines of the server's log since it was started."""
        lines: list[str] = []
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read()[-4000:].decode(errors="replace").splitlines()[-10:]
        return ServiceError("\n  ".join([f"{self.title} {what}; its log is {self.log}.", *lines]))

    def _spawn(self, task: Task, lock: int) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own, so that Ctrl-C in the terminal reaches only its owner."""
        with self._open_log() as log:
            return subprocess.Popen(
                task.command,
                cwd=task.cwd,
                env=task.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
                umask=0o077,
                **identity(task.account),
            )

    def _open_log(self) -> BinaryIO:
        """Open the log at its end; a log of more than LOG_BYTES is emptied."""
        self.log.touch(mode=0o600)
        if self.log.stat().st_size > LOG_BYTES:
            os.truncate(self.log, 0)
        log = self.log.open("ab")
        self._log_start = log.tell()
        return log

    def _signal(self, pid: int, signals: Sequence[tuple[signal.Signals, float]]) -> None:
        for number, seconds in signals:
            deadline = time.monotonic() + seconds
            if self._is_alive():
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            while self._is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
        if self._is_alive():
            raise self.failure(f"(process {pid}) does not stop: end it by hand")
        if self._process is not None:
            self._process.wait()

    def _is_alive(self) -> bool:
        return find_running(self.folder, self.name) is not None


@contextmanager
def owning(folder: Path, name: str, title: str, alternative: str) -> Iterator[ServerOwner]:
    """Own a folder, for a block that starts its server. If the block raises, nothing is left running."""
    owner = ServerOwner(folder.resolve(), name, title)
    try:
        owner.take()
        yield owner
    except BaseException as error:
        owner.stop((signal.SIGINT, 5), (signal.SIGKILL, 5))
        if isinstance(error, OSError | subprocess.SubprocessError):
            raise ServiceError(f"{title} cannot be started in {folder}: {error}. {alternative}") from error
        raise


def private_sockets(folder: Path, name: str, account: Account | None = None) -> Path:
    """Make an empty folder for a server's socket, which only the server's user may open.

    A socket's path has at most 103 bytes (macOS; Linux 107) however deep the data lies, so it is in /tmp,
    under a name that follows from the folder's: the URL stays the same at each start.
    """
    digest = hashlib.sha256(f"{os.geteuid()}:{name}:{folder}".encode()).hexdigest()[:16]
    sockets = Path("/tmp") / f"kinegraph-{digest}"
    uid, gid = account or (os.geteuid(), os.getegid())
    with suppress(FileNotFoundError):
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
            raise ServiceError(f"{sockets} belongs to another user: remove it, it is needed for a socket.")
        shutil.rmtree(sockets)
    sockets.mkdir(mode=0o700)
    if account is not None:
        os.chown(sockets, uid, gid)
    return sockets


def lock_file(descriptor: int, kind: int, timeout_seconds: float = 0) -> bool:
    """Take a kernel lock (flock), and wait this long for it. Returns True if it was taken."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True
