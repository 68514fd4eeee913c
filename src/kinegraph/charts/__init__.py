"""Charts as SVG text, legible in black and white: lines differ by dash and marker, bars by fill; each has its label.

They are static: no script, no style sheet, no reference to anything outside. Every chart has a title and a description
(for screen readers), and says so in words where there is nothing to show.
"""
