"""Kinegraph: the GraphQL API for exercise libraries, workouts and treatment plans.

The levels, lowest first; a module imports lower levels only, and a test holds it to that:

    0  kit         the database, the cache, batch loading, the GraphQL helpers, pages, errors, logs; knows no domain
    0  breadth     the breadth-first executor of queries; imports graphql-core alone
    0  outside     one file per vendor: embedded PostgreSQL and Valkey, tokens, object storage
    0  formats     readers and writers of other people's files
    1  identity    organizations, users, memberships, the viewer
    2  background  the jobs, as rows
    2  media       uploads, attachments, thumbnails, signed addresses
    3  taxonomy    the vocabularies that exercises are tagged with
    3  video       an exercise's demonstration video
    4  exercise    the stored exercise: instructions, contraindications, clone
    5  catalog     lists of exercises: filters, sort orders, pages, facets
    5  canonical   the canonical library that ships with Kinegraph, and seeding it
    5  moderation  the mutations that moderate videos
    5  upload      announcing uploads for exercises and comments
    6  library     the effective exercise: overrides, and an organization's merged library
    6  exchange    exercises in from files, and out to a file
    7  workout     workouts, sections, movements, snapshots; reading comments
    8  assignment  workouts planned for athletes
    8  comment     writing comments
    9  api         the root types, GraphQL over HTTP, documents, health, GraphiQL

Above the rooms stand the processes: `main` (web, over `http_protocol`), `worker` (jobs) and `commands` (the command
line), over `settings`, `services` and `revisions`, which say what is configured, where it is, and which schema of the
database this version needs.

In a room, `tables` has the columns, `rules` the decisions (pure), `store` the SQL, `graph` what the API
shows, `jobs` what the worker runs. A file that outgrows its room splits and keeps the prefix.

The way of one request:

    api.http        reads the request off HTTP and the user off the bearer token
    api.documents   finds the document, parsed and validated, by its text
    breadth         runs queries level by level, each relation once (`api.executor` says how this schema is read)
    kit.context     opens one transaction for the viewer when the first field needs it
    kit.pool        leases it a connection; `kit.leases` says in which states one can be
    identity.store  sets the viewer in one statement, for row-level security, and reads who they are, and which
                    versions of their libraries the transaction sees (`kit.cache`: answers for these are not made again)
    <room>.graph    resolves fields; an edge hands its key to `Context.load`, which pools a level's keys
    <room>.store    answers many keys in one statement, with plain rows
    api.failures    tells refusals in words, and masks and logs everything else
    kit.context     commits or takes everything back (`Context.finish`), and then the answer is sent

and of what follows from it:

    kit.outbox      records facts in the same transaction
    worker          makes jobs of them (WHEN), hands them over by Redis, and runs them (<room>.jobs)
"""

__version__ = "0.2.0"
