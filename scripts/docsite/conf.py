"""Sphinx's configuration for the documentation site; __main__ copies it beside the pages."""

from pathlib import Path

MERMAID = "mermaid.tiny.js"
CDN = f"https://cdn.jsdelivr.net/npm/@mermaid-js/tiny@11.17.2/dist/{MERMAID}"

project = "Kinegraph"
copyright = "Kinegraph's authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Kinegraph"
html_static_path = ["_static"]
html_show_sphinx = False
html_js_files = [MERMAID if (Path(__file__).parent / "_static" / MERMAID).exists() else CDN, "diagrams.js"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
suppress_warnings = [
    "misc.highlighting_failure"  # JSON with an ellipsis, and languages that Pygments does not know, such as Mermaid
]
