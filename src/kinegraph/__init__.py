"""Kinegraph: the GraphQL API for exercise libraries, workouts and treatment plans.

The levels, lowest first; a module imports lower levels only, and a test holds it to that:

    0  kit         the database, the cache, batch loading, the GraphQL helpers, pages, errors, logs; knows no domain
    0  breadth     the breadth-first executor of queries; knows no application; one file knows Strawberry
    0  outside     one file per vendor: embedded PostgreSQL and Valkey, tokens, object storage; signed addresses
    0  charts      charts as SVG text: lines over days, and bars
    0  cost        what requests cost, and the budgets of callers; knows no application
    0  typesetting PDFs by Typst, each made in a process with bounds
    0  formats     readers and writers of other people's files
    1  language    the analysis of texts in English, Hebrew and Russian: their form in which they are searched, stems
    1  identity    organizations, users, memberships, the viewer
    2  audit       who read or changed the data of patients: recorded as a hash chain
    2  background  the jobs, as rows
    2  events      what subscribers are told: recorded, numbered, deleted after a day
    2  idempotency  mutations that are sent again: their keys and answers
    2  organization  changing an organization: its name, what its members see, its thresholds of pain
    2  persisted   documents that clients name by a hash or an id
    2  lexicon     the terms of training in three languages, and what a query may mean by them
    2  media       uploads, attachments, thumbnails, signed addresses
    3  taxonomy    the vocabularies that exercises are tagged with
    3  video       an exercise's demonstration video
    3  vectors     the vectors of queries (texts that somebody searches for): cached, or made by the embedding service
    4  care        what sessions leave out for a person's conditions, and when to stop
    4  classification  classes and stressors of exercises: their profiles, and the conditions that speak against them
    4  exercise    the stored exercise: instructions, contraindications, clone
    5  authoring   the training layers of entries in files
    5  catalog     lists of exercises: filters, sort orders, pages, facets
    5  override    overrides in files: found, compared, written
    5  moderation  the mutations that moderate videos
    5  upload      announcing uploads for exercises and comments
    6  canonical   the canonical library that ships with Kinegraph, and seeding it
    6  layers      the training layers of exercises: profiles, progressions, safety constraints
    6  enrichment  aliases that a language model proposes for canonical exercises, and their review
    7  library     the effective exercise: overrides, and an organization's merged library
    7  exchange    exercises in from files, and out to a file
    7  progression writing the progression graph of the canonical library
    8  training    writing the training layers: classes of exercises, profiles, safety, organizations' restrictions
    8  workout     workouts, sections, movements, snapshots; reading comments
    8  patient     a member's calendar and language in an organization, consents, conditions
    8  plan        treatment plans: working copies and immutable versions
    8  candidates  exercises as software chooses among them: effective values and all layers, cached
    9  assignment  workouts planned for athletes
    9  planning    single sessions and exercises of a plan's working copy: adding, editing, moving, removing
    9  comment     writing comments
    9  embedding   vectors of exercises and workouts: their texts, which are stale, the jobs that embed them
    9  substitution  substitutes of exercises: ranked, safe for a person, with an explanation
    9  node        any object by its id (Relay's Node)
   10  dosing      prescriptions of exercises for a goal and a person, and the time that they take
   10  programming  requests for a session, its places, and the exercises that are eligible for them
   10  checking    checks of whole workouts for a person, and warnings that coaches override
   10  movement    adding, editing, moving and removing movements: edits of one place in a workout's tree
   10  search      searching exercises, and suggestions while somebody types
   10  subscription  the subscriptions of the schema
   10  result      recording what an athlete did in an assignment, and its sets
   11  composition the exercises of a session while they are chosen: limits, order, scores
   11  warmup      warm-up and cool-down of a session
   11  record      personal records, an exercise's history, training load, loads in percent of a maximum
   11  enrollment  patients in versions of plans: what is due, pauses, moves
   12  generator   workouts from a goal, muscles, equipment, time and conditions
   12  enrolling   enrolling patients, pausing, moving and ending enrollments, with the check of their conditions
   12  telemetry   events of videos, frames of poses and errors of playback that patients' apps send
   13  adherence   how far patients keep to their plans: figures, streaks, analytics, the worklist, charts
   13  sync        the change feed of patients' apps
   13  response    painful logs: proposals to regress an exercise, and the substitutions that clinicians accept
   14  handout     printable pages of a plan's version in the patient's language, as HTML and PDF
   14  logbook     logs of what patients did of their plans
   14  privacy     one person's data: exported, and erased from every table
   15  api         the root types, GraphQL over HTTP, documents, health
   16  graphiql    GraphiQL's page, with examples and the demo's people
   16  realtime    subscriptions over WebSocket and server-sent events
   16  agents      tools for AI agents (Model Context Protocol): trusted documents with a description

Above the rooms stand the processes: `main` (web, over `http_protocol`, `http_responses`, `http_log`, `live`,
`agent_route`, `chart_route` and `handout_route`), `worker` (jobs, over `worker_jobs` and `worker_runs`) and
`commands` (the command line), over `settings`, `services`, `vendors` and `revisions`, which say what is configured,
where it is, and which schema of the database this version needs.

In a room, `tables` has the columns, `rules` the decisions (pure), `store` the SQL, `graph` the types and mutations of
the API, `jobs` the background work. A file that becomes too long is divided by subject and retains the prefix.

The path of a query (docs/architecture.md has diagrams, and the path of a mutation):

    main            passes /graphql on, and logs the request
    api.http        answers it: negotiates the media type, has the body read (`api.requests`), the bearer token checked
                    and the caller charged (`api.context`)
    api.documents   finds the document by its text: parsed, validated, with its plan once it was executed
    api.execution   executes it in a transaction, within the limits of a request, again where it lost a deadlock
    breadth         executes the plan level by level (`api.executor` connects it to this schema)
    kit.database    begins a read: one message with the COMMIT of the connection's last read, BEGIN, the cached viewer
    identity.store  reads the viewer by one statement where none is cached, and sets them for row-level security
    breadth.loads   calls each batch function once for the keys of a level (`Context.load` is for other resolvers)
    <room>.store    answers many keys by one statement
    kit.cache       has finished answers, valid for the versions in this snapshot (`rules_cache` of a room says which)
    kit.context     ends the request (`finish`); a query's COMMIT is deferred: see `kit.pool`
    api.failures    shows a query's refusals to the client (`kit.graph.mutation` a mutation's), masks and logs others

What follows from a mutation:

    kit.outbox      records facts in the same transaction
    worker          makes jobs of them (worker_jobs.WHEN), hands their ids to Redis, and runs them (<room>.jobs)
    realtime.feed   reads the events that triggers recorded, and hands them to the subscribers of this process
"""

__version__ = "0.2.0"
