"""PDFs by Typst, which needs no system libraries: each is made in a process of its own, with bounds.

`documents` starts the processes; `process` is their program, the only file that imports Typst. A template is a file of
ours; its texts are data, which Typst never reads as markup. Only the fonts inside of Typst are used, so that a PDF is
the same on every machine.
"""
