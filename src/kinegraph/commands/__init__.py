"""The command `kinegraph` and what its subcommands do.

`cli` parses the command line, and imports the module of the command that is run. `up` runs everything on one machine,
under `supervisor`; `serve` and `worker` start one process; `doctor` checks a machine; `migrate` brings a database to
this version; `exchange` imports and exports; `demo` makes the demo organizations (`demo_writer`, `demo_plans`);
`seed` writes the canonical library; `privacy` exports and erases one person's data, and verifies the audit trail;
`documents` imports, lists and removes persisted documents; `organization` changes what an organization's members see;
`tokens` makes and revokes tokens; `schema` prints the schema; `explain` prints how a GraphQL document is executed
(`plan_text`, `plan_code`);
`probes` checks whether servers and ports answer. Nothing outside imports this package.
"""
