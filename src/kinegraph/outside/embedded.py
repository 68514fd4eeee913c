"""What the embedded servers share: a folder with one keeper, and a server in a session of its own.

A pid file survives a crash and its number is soon given to another process, so none is believed here. Two
kernel locks (flock) in the folder say who is alive instead, and the kernel never forgets to let go of them:

- `<name>.keeper` is held by the process that started the server, and that will stop it. There is one.
- `<name>.lock` is held by the server (and by initdb before it): it inherits the locked file and so do its
  children, so the lock is free exactly when the last of them is dead. The file holds the server's pid and the
  folder of its socket.

A keeper that was killed leaves its server running; the next keeper adopts it.
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
# A keeper may be killed while it starts a program, which then holds the lock until it executes.
KEEPER_SECONDS = 2.0
LOG_BYTES = 10_000_000


class Running(NamedTuple):
    """A server that is alive, though not always ready."""

    pid: int
    sockets: Path


class Account(NamedTuple):
    """The user that a server runs as when root starts it."""

    uid: int
    gid: int


class Task(NamedTuple):
    """A program to run, in which folder and as whom."""

    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    account: Account | None = None


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> _Identity:
    """Return the arguments of Popen that give up root for `account`; none means stay who we are."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def find_running(folder: Path, name: str) -> Running | None:
    """Return the server that holds this folder's lock, whoever started it."""
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


def answers(address: Path, say: bytes, expect: bytes) -> bool:
    """Tell whether a server at this socket answers to `say` with `expect`."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as client:
        client.settimeout(1)
        try:
            client.connect(str(address))
            client.sendall(say)
            return client.recv(64).startswith(expect)
        except OSError:
            return False


class Keeper:
    """The one process that may start and stop the server of a folder."""

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self.folder, self.name, self.title = folder, name, title
        self.log = folder / f"{name}.log"
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._server: Running | None = None
        self._lock: int | None = None

    def take(self) -> None:
        """Become the keeper; ServiceError where another process is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / f"{self.name}.keeper", os.O_RDWR | os.O_CREAT, 0o600)
        if not lock_file(lock, fcntl.LOCK_EX, KEEPER_SECONDS):
            keeper = os.read(lock, 32).decode()
            os.close(lock)
            raise ServiceError(
                f"{self.title} already runs on {self.folder} for process {keeper or '(unknown)'}:"
                " stop that one first, or set KINEGRAPH_HOME to another folder."
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        self._lock = lock

    def start(self, launch: Callable[[], None], ready: Callable[[Running], bool]) -> Running:
        """Return the server when it is ready: one left by a keeper that was killed, or a new one."""
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
        """Start the server."""
        with self.alone() as lock:
            self._process = self._spawn(task, lock)
            self._server = Running(self._process.pid, sockets)
            os.pwrite(lock, f"{self._process.pid}\n{sockets}".encode(), 0)

    def run(self, task: Task, lock: int, seconds: float) -> int:
        """Run a program that prepares the folder, and return its status."""
        process = self._spawn(task, lock)
        try:
            return process.wait(seconds)
        except BaseException:
            process.kill()
            process.wait()
            raise

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Give the server's lock, when the last process of an earlier run has ended."""
        lock = os.open(self.folder / f"{self.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not lock_file(lock, fcntl.LOCK_EX, ORPHAN_SECONDS):
                raise self.failure("left processes of an earlier run that do not end: end them by hand")
            os.ftruncate(lock, 0)
            yield lock
        finally:
            os.close(lock)

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn until the server is gone, then let the folder go; again is harmless."""
        if self._lock is None:
            return
        try:
            if self._server is not None:
                self._signal(self._server.pid, steps)
                shutil.rmtree(self._server.sockets, ignore_errors=True)
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)  # A process forked from this one may have it open too.
            os.close(self._lock)
            self._lock = None

    def failure(self, what: str) -> ServiceError:
        """Return the error to raise, with the last lines that the server wrote since it was started."""
        lines: list[str] = []
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read()[-4000:].decode(errors="replace").splitlines()[-10:]
        return ServiceError("\n  ".join([f"{self.title} {what}; its log is {self.log}.", *lines]))

    def _spawn(self, task: Task, lock: int) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own: Ctrl-C in the terminal reaches only its keeper."""
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
        """Open the log at its end, or anew when it has grown large."""
        self.log.touch(mode=0o600)
        if self.log.stat().st_size > LOG_BYTES:
            os.truncate(self.log, 0)
        log = self.log.open("ab")
        self._log_start = log.tell()
        return log

    def _signal(self, pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> None:
        for step, seconds in steps:
            deadline = time.monotonic() + seconds
            if self._alive():
                with suppress(ProcessLookupError):
                    os.kill(pid, step)
            while self._alive() and time.monotonic() < deadline:
                time.sleep(0.01)
        if self._alive():
            raise self.failure(f"(process {pid}) does not stop: end it by hand")
        if self._process is not None:
            self._process.wait()

    def _alive(self) -> bool:
        return find_running(self.folder, self.name) is not None


@contextmanager
def keeping(folder: Path, name: str, title: str, way_out: str) -> Iterator[Keeper]:
    """Give the keeper of a folder while its server is started; a start that fails leaves nothing running."""
    keeper = Keeper(folder.resolve(), name, title)
    try:
        keeper.take()
        yield keeper
    except BaseException as error:
        keeper.stop((signal.SIGINT, 5), (signal.SIGKILL, 5))
        if isinstance(error, OSError | subprocess.SubprocessError):
            raise ServiceError(f"{title} cannot be started in {folder}: {error}. {way_out}") from error
        raise


def private_sockets(folder: Path, name: str, account: Account | None = None) -> Path:
    """Make the empty folder of a server's socket, for its user alone.

    A socket's path has at most 103 bytes (macOS; Linux 107) however deep the data lies, so it is in /tmp,
    under a name that follows from the folder's: the URL stays the same when the server is started again.
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


def lock_file(descriptor: int, kind: int, patience: float = 0) -> bool:
    """Take a kernel lock (flock), for which to wait so many seconds. Returns whether it was taken."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True
