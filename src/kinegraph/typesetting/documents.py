"""PDFs by Typst, each made in a process of its own, with bounds on time, memory and how many are made at once."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = Path(__file__).with_name("process.py")
TOO_MANY_PAGES = 3
"""The exit status of the process for a document that its template refuses as too long."""

VARIABLES = ("HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "TMPDIR")
"""The variables of the environment that the process gets: none with a secret."""

MAX_AT_ONCE, MAX_WAITING = 2, 8
SECONDS = 20.0
"""The longest time that a document may take, the wait for others included."""


class TooManyPages(Exception):
    """The document has more pages than its template allows."""


class TypesetFailed(Exception):
    """A document could not be made; the message says why."""


class TypesetBusy(TypesetFailed):
    """Too many documents are being made, or this one took too long."""


class Typesetter:
    """Makes a bounded number of documents at once."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(MAX_AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn for a document, ended after its time. Raises TypesetBusy where too many wait, or the time is over."""
        if self._waiting >= MAX_AT_ONCE + MAX_WAITING:
            raise TypesetBusy("Too many documents are being made; try again in a moment.")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds), self._free:
                yield
        except TimeoutError:
            raise TypesetBusy("The document took too long; try again in a moment.") from None
        finally:
            self._waiting -= 1

    async def pdf(self, template: bytes, data: str, pictures: Mapping[str, bytes]) -> bytes:
        """The PDF of a template, its input `data` and the pictures that it names. To be called within a turn.

        Raises TooManyPages, or TypesetFailed.
        """
        with TemporaryDirectory(prefix="kinegraph-") as folder:
            await asyncio.to_thread(_write, Path(folder), pictures)
            sent = json.dumps({"template": template.decode(), "data": data, "folder": folder})
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(PROGRAM)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={name: value for name, value in os.environ.items() if name in VARIABLES},
            )
            try:
                made, faults = await process.communicate(sent.encode())
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode == TOO_MANY_PAGES:
            raise TooManyPages
        if process.returncode != 0:
            reason = faults.decode(errors="replace").strip()[-200:]
            raise TypesetFailed(f"Typst ended with status {process.returncode}: {reason}")
        return made


def _write(folder: Path, pictures: Mapping[str, bytes]) -> None:
    for name, content in pictures.items():
        (folder / name).write_bytes(content)
