"""The training layers of entries in files, as their authors write them (docs/content.md, Training of an entry).

An entry has a class, stressors, and texts and exceptions by condition; the progression graph is a file of edges. From
them follow the rows that `canonical` seeds: profiles, contraindications, safety constraints, edges in both directions.
"""
