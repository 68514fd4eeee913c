// GraphiQL for Kinegraph: its editors, its storage, and the start of the page.

const RESTORE = "kinegraph:restore-examples"; // in sessionStorage
const WITH_HEADERS = ["graphiql:queries", "graphiql:favorites", "graphiql:tabState"];
const TYPING_PAUSE_MS = 400;
const SETTLING_MS = 150;
const QUERY = ".graphiql-query-editor";
const VARIABLES = ".graphiql-editor-tool .graphiql-editor:nth-child(1)";
const HEADERS = ".graphiql-editor-tool .graphiql-editor:nth-child(2)";

// The CodeMirror of one of GraphiQL's panes, once it is rendered.
function editor(pane) {
  return document.querySelector(`${pane} .CodeMirror`)?.CodeMirror;
}

// The content of the headers pane, as far as a request could be sent with it.
function typedHeaders() {
  try {
    const typed = JSON.parse(editor(HEADERS)?.getValue() || "{}");
    requestHeaders(typed);
    return typed;
  } catch {
    return {}; // being typed
  }
}

async function answer(sent, options) {
  const query = editor(QUERY);
  const body = ownBody(sent, query?.indexFromPos(query.getCursor()));
  let response;
  let isSignedIn;
  try {
    const typed = options?.headers;
    isSignedIn = authorization(typed) !== null;
    const { variables, missing } = await resolve(body, typed);
    if (missing.length) return { whatToDo: whatIsMissing(missing, isSignedIn) };
    const headers = isSubscription(body) ? { ...typed, Accept: "text/event-stream" } : typed;
    response = await sendAsSomebody({ ...body, variables }, headers);
  } catch (error) {
    return { whatToDo: "The request could not be sent. Is the server running, and are the headers right?", reason: String(error) };
  }
  if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) return resultsIn(response);
  const text = await response.text();
  let content = text;
  try {
    content = JSON.parse(text);
  } catch {
    return { status: response.status, answer: text };
  }
  return response.status === 401 ? { whatToDo: WHAT_TO_DO, status: 401, answer: content } : content;
}

// Fill in the variables of the open tab. The tab may be another one when the ids have come.
async function fillOpenTab() {
  const typed = typedHeaders();
  const ids = await idsFor(typed);
  if (authorization(typedHeaders()) !== authorization(typed)) return fillOpenTab();
  const [query, variables] = [editor(QUERY), editor(VARIABLES)];
  if (!ids || !query || !variables) return;
  const text = fillText(variables.getValue(), operationName(query.getValue()), ids);
  if (text !== variables.getValue()) variables.setValue(text);
}

let pause;
function fillSoon() {
  clearTimeout(pause);
  pause = setTimeout(fillOpenTab, TYPING_PAUSE_MS);
}

// GraphiQL asks for the schema again whenever it is handed another fetcher.
function show(root, storage) {
  const [first] = examples.groups[0].examples;
  root.render(
    React.createElement(
      GraphiQL,
      {
        fetcher: (body, options) => answer(body, options),
        storage,
        defaultTabs: [{ query: first.query, variables: first.variables }],
        defaultQuery: "# A new document\n",
        defaultEditorToolsVisibility: "variables",
        isHeadersEditorEnabled: true,
        shouldPersistHeaders: false,
        onTabChange: fillSoon,
        onEditHeaders: fillSoon,
        inputValueDeprecation: true,
        schemaDescription: true,
      },
      React.createElement(GraphiQL.Logo, null, React.createElement("span")),
    ),
  );
}

// Headers are never stored, since they may hold tokens: GraphiQL leaves them out of its tabs
// (shouldPersistHeaders), but its history stores them, and its settings could turn them on.
function withoutHeaders(key, value) {
  if (key === "graphiql:headers") return "";
  if (key === "graphiql:shouldPersistHeaders") return "false";
  if (!WITH_HEADERS.includes(key)) return value;
  return JSON.stringify(JSON.parse(value), (name, each) => (name === "headers" || name === "hash" ? null : each));
}

// JSON as it was stored; null where somebody else's hand made it invalid, on which GraphiQL would stop.
function validJson(text) {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

function openStorage() {
  const local = GraphiQL.createLocalStorage({ namespace: "kinegraph" });
  return {
    get length() {
      return local.length;
    },
    getItem: (key) => (WITH_HEADERS.includes(key) ? validJson(local.getItem(key)) : local.getItem(key)),
    setItem: (key, value) => local.setItem(key, withoutHeaders(key, value)),
    removeItem: (key) => local.removeItem(key),
    clear: () => local.clear(),
  };
}

// GraphiQL reopens the stored tab that matches the stored document, and adds an empty tab where none
// does (as after a visit in which nothing was edited): make the two agree before it starts. Where no tab
// is stored, it takes the first example's document, but the stored variables.
function openStoredTab(storage) {
  const restore = sessionStorage.getItem(RESTORE);
  sessionStorage.removeItem(RESTORE);
  const state = JSON.parse((!restore && storage.getItem("graphiql:tabState")) || "null");
  const stored = state?.tabs?.[state.activeTabIndex];
  const tab = stored ?? examples.groups[0].examples[0];
  for (const name of ["query", "variables"]) {
    if (tab[name]) storage.setItem(`graphiql:${name}`, tab[name]);
    else storage.removeItem(`graphiql:${name}`);
  }
  storage.removeItem("graphiql:headers");
  if (!stored) storage.removeItem("graphiql:tabState");
}

// Resolves when `isSo` returns true, after at most two seconds; GraphiQL has rendered by then.
async function rendered(isSo) {
  for (let frame = 0; frame < 120 && !isSo(); frame++) await new Promise((done) => setTimeout(done, 16));
}

let opening = Promise.resolve();

// One after the other, so that quick clicks do not meet in one tab: GraphiQL takes over what its editors hold,
// and the name of the operation, a little later.
function openExample(example) {
  opening = opening.then(() => openInTab(example)).then(() => new Promise((done) => setTimeout(done, SETTLING_MS)));
}

async function openInTab({ name, query, variables }) {
  forgetIds(); // there may be new rows by now
  const tabs = () => [...document.querySelectorAll(".graphiql-tab-button")];
  const open = tabs().find((tab) => tab.textContent === name);
  if (open) {
    open.click();
    showTab(open);
    return;
  }
  const before = tabs().length;
  document.querySelector(".graphiql-tab-add").click();
  await rendered(() => tabs().length > before);
  editor(QUERY).setValue(query);
  editor(VARIABLES).setValue(variables);
  await rendered(() => tabs().some((tab) => tab.textContent === name));
  showTab(tabs().at(-1));
  await fillOpenTab();
}

// Scrolls the row of tabs to one of them.
function showTab(tab) {
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function restoreExamples() {
  sessionStorage.setItem(RESTORE, "yes");
  location.reload();
}

async function start() {
  const main = document.querySelector("#graphiql");
  if (!window.React || !window.ReactDOM || !window.GraphiQL) {
    main.firstElementChild.textContent =
      "GraphiQL's files could not be loaded. Fetch them with `scripts/graphiql/fetch .kinegraph/graphiql` and restart, or go online.";
    return;
  }
  const storage = openStorage();
  examples = await (await fetch(examplesUrl)).json();
  await (hasSignIns ? offerPeople() : offerPaste());
  openStoredTab(storage);
  offerExamples(openExample, restoreExamples);
  const root = ReactDOM.createRoot(main);
  listenToSignIn(() => {
    endStreams();
    show(root, storage);
    fillOpenTab();
  });
  show(root, storage);
  await rendered(() => editor(VARIABLES));
  await fillOpenTab();
}

start();
