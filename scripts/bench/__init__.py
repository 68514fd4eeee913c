"""The benchmark: CPU and memory per request, compared with the floor, a minimal server of hand-written SQL.

`make bench` (`__main__`) fills its own database (`data`) and starts each subject in its own process (`servers`): the
product with its cache on, with its cache off and with graphql-core's executor, and the floor (`floor`, `sql/`). Every
subject gets the same requests (`operations`) in the same sequence (`workloads`, `sequences`), in interleaved rounds
(`rounds`) from one load generator (`load`). Answers are normalized and compared with those of the floor
(`normalization`). `cpu` measures the CPU time of the processes, `memory` the growth of their memory, `table` prints the
results, `growth` draws them.
"""
