"""The command `kinegraph` and what its subcommands do.

`cli` parses the command line. `up` runs everything on one machine, under `supervisor`; `doctor` checks a machine;
`migrate` brings a database to this version; `exchange` imports and exports; `demo` writes the demo organizations;
`probes` asks servers and ports whether they answer. Nothing outside imports this package.
"""
