"""The benchmark: what a request costs, in CPU and memory, beside a floor of hand-written SQL.

`make bench` (`__main__`) fills a database of its own (`data`) and starts each subject in a process of its own
(`servers`): the product with its cache on, with its cache off and with graphql-core's executor, and the floor
(`floor`, `sql/`). Every subject gets the same requests (`operations`) in the same sequence (`workloads`,
`sequences`), in interleaved rounds (`rounds`) from one load generator (`load`), its answers are compared with the
floor's (`spelling`), and `cpu` reads what the processes used.
"""
