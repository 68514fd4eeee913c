"""Importing trusted documents through the command line, and its answers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any  # JSON of manifests

from kinegraph.persisted.rules import hash_of
from tests.process.running import environment, run


def apollo(texts: Mapping[str, str]) -> dict[str, Any]:
    """Apollo's manifest of texts by id."""
    operations = [{"id": id, "name": "Screen", "type": "query", "body": text} for id, text in texts.items()]
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}


def by_their_hashes(*texts: str) -> dict[str, str]:
    """Relay's manifest of texts."""
    return {hash_of(text): text for text in texts}


class Commands:
    """`kinegraph documents` on a database, with files in a folder."""

    def __init__(self, database_url: str, folder: Path, **settings: str) -> None:
        self._env = environment(database_url, **settings)
        self._folder = folder

    def imports(self, manifest: object) -> list[str]:
        """The lines that an import prints."""
        done = run("documents", "import", self._written(manifest), env=self._env)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def refuses(self, manifest: object) -> list[str]:
        """The lines of an import's refusal."""
        done = run("documents", "import", self._written(manifest), env=self._env)
        assert (done.returncode, done.stdout) == (1, ""), done
        return [line.strip().removeprefix("kinegraph: ") for line in done.stderr.splitlines()]

    def run(self, *arguments: str) -> tuple[int, list[str]]:
        """The exit code and the lines of another action."""
        done = run("documents", *arguments, env=self._env)
        return done.returncode, [*done.stdout.splitlines(), *done.stderr.splitlines()]

    def _written(self, manifest: object) -> str:
        """The path of a manifest: a folder, a text, or JSON."""
        if isinstance(manifest, Path):
            return str(manifest)
        path = self._folder / "manifest.json"
        path.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest), "utf-8")
        return str(path)
