"""The pages of the site that are made from files outside docs/."""

from collections.abc import Iterator
from pathlib import Path

from graphql import build_schema

from docsite.reference import reference, rooms

ROOT = Path(__file__).parents[2]

PAPERS = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files at the top of the repository that are pages of the site."""

LINKS = {
    "](docs/": "](",
    "](schema.graphql)": "](reference/queries.md)",
    "](LICENSE)": "](license.md)",
    **{f"]({name}": f"]({page}" for name, page in PAPERS.items()},
}
"""Links in these files, and their targets in the site."""

GUIDES = ("index", "curl", "python", "apollo", "urql", "relay", "mobile", "clinician", "patient")

REFERENCE = ("queries", "mutations", "subscriptions", "types", "inputs", "enums", "scalars")

SECTIONS = {
    "Use it": ("clients", "sync", "results", "generator", "domain", "training", "operations", "exchange", "content"),
    "Guides for clients": tuple(f"guides/{name}" for name in GUIDES),
    "API reference": tuple(f"reference/{name}" for name in REFERENCE),
    "Change it": (
        "architecture",
        "reference/rooms",
        "contributing",
        "performance",
        "search-quality",
        "library-plans",
        "generator-review",
    ),
    "Project": ("changelog", "security", "license"),
}
"""The site's navigation."""


def pages() -> Iterator[tuple[str, str]]:
    """The generated pages: their paths in the site, and their Markdown."""
    yield from ((page, _paper(ROOT / name)) for name, page in PAPERS.items() if page != "index.md")
    yield "index.md", _paper(ROOT / "README.md") + "".join(map(_navigation, SECTIONS))
    yield "license.md", f"# License\n\n```text\n{(ROOT / 'LICENSE').read_text()}\n```\n"
    yield "reference/rooms.md", rooms(ROOT / "src" / "kinegraph")
    for name, content in reference(build_schema((ROOT / "schema.graphql").read_text())).items():
        yield f"reference/{name}.md", content


def _paper(path: Path) -> str:
    text = path.read_text()
    for link, target in LINKS.items():
        text = text.replace(link, target)
    return text


def _navigation(section: str) -> str:
    return "\n".join(("", "```{toctree}", ":hidden:", f":caption: {section}", "", *SECTIONS[section], "```", ""))
