// The menu of examples, and the ids in their variables. A variable whose value is a name in braces, such as
// "{workout}", is replaced by an id of the viewer's own data: in the variables pane, and when a request is sent.

const FILLED = "kinegraph-filled"; // in localStorage: the ids that were put into variables, and for which names
const MAX_FILLED = 500;
const NAMES = {
  organization: "an organization",
  workout: "a workout",
  movement: "a movement of a workout",
  assignment: "a scheduled assignment",
  assignedMovement: "a movement of a scheduled assignment",
  athlete: "an athlete",
  trained: "an exercise",
  enrollment: "a running enrollment in a treatment plan",
  oldEnrollment: "an enrollment in an older version of its plan",
  changedPlan: "a treatment plan with unpublished changes",
  versionedPlan: "a treatment plan with two versions",
  openPlan: "a published treatment plan",
  newPatient: "a member who is not in that plan",
  dueExercise: "an exercise of a treatment plan that you are in",
  backSquat: "an exercise",
  burpee: "an exercise",
  today: "a date",
  inAWeek: "a date",
  aMonthAgo: "a date",
  aQuarterAgo: "a date",
  newId: "a number",
  viewer: "a signed-in user",
};

let examples = { groups: [], ids: "" };
let fetched = { of: null, ids: Promise.resolve({}) }; // for which Authorization the ids were fetched, and they

const NEW_ID = `graphiql ${Date.now()}`; // one for each time that the page is opened

function dates() {
  const day = (offset) => new Date(Date.now() + offset * 24 * 3600 * 1000).toISOString().slice(0, 10);
  return { today: day(0), inAWeek: day(7), aMonthAgo: day(-30), aQuarterAgo: day(-90), newId: NEW_ID };
}

function movementsOf(workout) {
  return workout.sections.flatMap((section) => section.movements);
}

// The ids about treatment plans: for a clinician those of the organization, for a patient those of their own enrollment.
function pickTreatment(viewer, organization) {
  const plans = organization?.treatmentPlans.nodes ?? [];
  const members = organization?.members.nodes.map(({ user }) => user.id) ?? [];
  const notIn = ({ enrollments }) => members.find((id) => enrollments.nodes.every(({ patient }) => patient.id !== id));
  const newest = ({ currentVersion }) => currentVersion?.number ?? 0;
  const older = (plan) => plan.enrollments.nodes.filter(({ version }) => version.number < newest(plan));
  const openPlan = plans.find(notIn);
  const mine = viewer?.enrollments.find((each) => each.organization.id === organization?.id);
  const sessions = mine ? [...mine.due, ...mine.version.sessions] : [];
  return {
    enrollment: plans.flatMap(({ enrollments }) => enrollments.nodes)[0]?.id,
    oldEnrollment: plans.flatMap(older)[0]?.id,
    changedPlan: plans.find((plan) => plan.hasUnpublishedChanges)?.id,
    versionedPlan: plans.find((plan) => newest(plan) > 1)?.id,
    openPlan: openPlan?.id,
    newPatient: openPlan && notIn(openPlan),
    dueExercise: sessions.flatMap(({ exercises }) => exercises)[0]?.id,
  };
}

// The ids of an answer to ids.graphql: of the organization where the viewer may write, and its fullest workout.
function pickIds(data) {
  const memberships = data?.viewer?.memberships ?? [];
  const organization = (memberships.find(({ role }) => role !== "MEMBER") ?? memberships[0])?.organization;
  const assignment = organization?.assignments.nodes.find(({ workout }) => movementsOf(workout).length);
  const workouts = organization?.workouts.nodes.length ? organization.workouts.nodes : [assignment?.workout].filter(Boolean);
  const [workout] = [...workouts].sort((a, b) => movementsOf(b).length - movementsOf(a).length);
  const any = data?.any?.nodes[0]?.id;
  const sets = organization?.completed.nodes.flatMap(({ result }) => result?.sets ?? []) ?? [];
  return {
    viewer: data?.viewer?.user.id,
    organization: organization?.id,
    workout: workout?.id,
    movement: workout && movementsOf(workout)[0]?.id,
    assignment: assignment?.id,
    assignedMovement: assignment && movementsOf(assignment.workout)[0].id,
    athlete: organization?.members.nodes[0]?.user.id,
    ...pickTreatment(data?.viewer, organization),
    trained: sets[0]?.exercise.id ?? any,
    backSquat: data?.backSquat?.nodes[0]?.id ?? any,
    burpee: data?.burpee?.nodes[0]?.id ?? any,
  };
}

// The ids, none for nobody, or null where they could not be had: the request that needs them learns why.
async function fetchIds(typed) {
  if (!authorization(typed)) return {};
  try {
    const response = await sendAsSomebody({ query: examples.ids, operationName: "Ids" }, typed);
    return response.status === 401 ? null : pickIds((await response.json()).data);
  } catch {
    forgetIds();
    return null;
  }
}

// The ids for these headers; they are fetched again for another Authorization.
async function idsFor(typed) {
  const of = authorization(typed);
  if (fetched.of !== of) fetched = { of, ids: fetchIds(typed) };
  const ids = await fetched.ids;
  return ids && { ...ids, ...dates() };
}

function forgetIds() {
  fetched = { of: undefined, ids: null };
}

// A copy of a value of variables in which `replace(text, path)` stands for each text.
function mapTexts(value, replace, path = "") {
  if (typeof value === "string") return replace(value, path);
  if (Array.isArray(value)) return value.map((each, index) => mapTexts(each, replace, `${path}.${index}`));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, replace, `${path}.${key}`)]));
}

function nameIn(text) {
  const name = /^\{(\w+)\}$/.exec(text)?.[1];
  return name && Object.hasOwn(NAMES, name) ? name : undefined;
}

function whatIsMissing(names, isSignedIn) {
  const held = `The variables hold ${names.map((name) => `{${name}}`).join(", ")} in place of an id. `;
  if (!isSignedIn) return `${held}${WHAT_TO_DO}`;
  const nothing = [...new Set(names.map((name) => NAMES[name]))].join(", ");
  return `${held}Nothing that you can see fits: there is no ${nothing.replace(/\ban? /g, "")}. Put an id there, or sign in as somebody else.`;
}

function readFilled() {
  try {
    return new Map(JSON.parse(localStorage.getItem(FILLED)));
  } catch {
    return new Map();
  }
}

function writeFilled(filled) {
  localStorage.setItem(FILLED, JSON.stringify([...filled].slice(-MAX_FILLED)));
}

// Variables with ids in place of names, and in place of those that this page put there for somebody else; a value
// that was typed stays. `operation` is the name of the document's operation; `used` gets each name that was found.
// `filled` has every id with its place, not the last one of a place: another tab of the browser may still show an older.
function fillVariables(variables, operation, ids, filled, used = new Set()) {
  return mapTexts(variables, (value, path) => {
    const place = `${operation}${path}=`;
    const name = nameIn(value) ?? filled.get(place + value);
    if (!name) return value;
    used.add(name);
    if (!ids[name]) return `{${name}}`;
    filled.delete(place + ids[name]); // to be the newest
    filled.set(place + ids[name], name);
    return ids[name];
  });
}

// The text of a variables pane, filled.
function fillText(text, operation, ids) {
  let variables;
  try {
    variables = JSON.parse(text);
  } catch {
    return text; // being typed
  }
  const filled = readFilled();
  const replaced = fillVariables(variables, operation, ids, filled);
  if (JSON.stringify(replaced) === JSON.stringify(variables)) return text;
  writeFilled(filled);
  return JSON.stringify(replaced, null, 2);
}

// The variables of a request, filled, and the names for which the viewer has none. The pane may not be filled yet.
async function resolve({ query, variables }, typed) {
  if (!variables) return { variables, missing: [] };
  const filled = readFilled(); // before the pane is filled anew while this waits
  const ids = await idsFor(typed);
  if (!ids) return { variables, missing: [] };
  const used = new Set();
  const resolved = fillVariables(variables, operationName(query), ids, filled, used);
  return { variables: resolved, missing: [...used].filter((name) => !ids[name]) };
}

function operationName(query) {
  return /^(?!#).*?(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? "";
}

// Puts the menu's content together; `open(example)` and `restore()` are what its buttons do.
function offerExamples(open, restore) {
  const details = document.querySelector("#examples");
  const nav = details.querySelector("nav");
  const button = (label, summary, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.append(Object.assign(document.createElement("b"), { textContent: label }));
    made.append(Object.assign(document.createElement("span"), { textContent: summary }));
    made.addEventListener("click", () => {
      details.open = false;
      act();
    });
    return made;
  };
  for (const { heading, examples: group } of examples.groups) {
    nav.append(Object.assign(document.createElement("h2"), { textContent: heading }));
    nav.append(...group.map((example) => button(example.name, example.summary, () => open(example))));
  }
  nav.append(document.createElement("hr"));
  nav.append(button("Restore examples", "Close all tabs, your own too, and start with the first example.", restore));
  document.addEventListener("pointerdown", (event) => {
    if (!details.contains(event.target)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
