"""The command `kinegraph` and what its subcommands do.

`cli` parses the command line. `up` runs everything on one machine, under `supervisor`; `doctor` checks a machine;
`migrate` brings a database to this version; `exchange` imports and exports; `demo` writes the demo organizations;
`explain` prints how a GraphQL document is executed (`plan_text`, `plan_code`); `probes` checks whether servers and
ports answer. Nothing outside imports this package.
"""
