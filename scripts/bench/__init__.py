"""The benchmark: three operations, three ways to answer them, one server process, one interleaved run.

`make bench` builds a database of its own (`data`), starts the product with one worker and the benchmark's floor
beside it (`app`, `floor`), checks that all ways give the same answers, and loads them in turn (`load`, `run`).
"""
