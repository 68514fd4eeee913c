"""Writing the progression graph of the canonical library (docs/training.md, Progressions).

Platform admins join canonical exercises by edges, read "`to` is the <type> of `from`". What holds in both directions
is written so: a regression mirrors each progression, variations and complements hold both ways. Progressions
form no cycle.
"""
