// GraphiQL for Kinegraph: who is signed in, how a request is sent, and the example tabs.
// A token lives in this tab's memory or sessionStorage and in the Authorization header, nowhere else:
// localStorage gets GraphiQL's tabs, history and layout only, which is why GraphiQL's own pane for
// headers (its history would keep them) is switched off.

const { signIns: hasSignIns, tabs: tabsUrl } = document.body.dataset;
const CHOSEN = "kinegraph:sign-in"; // the e-mail address of the chosen sign-in
const PASTED = "kinegraph:token";
const RESTORE = "kinegraph:restore-examples";

const menu = document.querySelector("#menu");
const select = document.querySelector("#menu select");
const paste = document.querySelector("#paste");
const input = document.querySelector("#paste input");
const WHAT_TO_DO = hasSignIns
  ? "The server does not know who you are. Choose somebody under “Sign-in” at the top right (reload the page if that sign-in is old), then run this again."
  : "The server does not know who you are. Paste a valid token into the field at the top right, then run this again.";

let people = [];

function notice(text) {
  document.querySelector("#notice").textContent = text;
}

async function loadPeople() {
  const response = await fetch("/graphiql/sign-ins", { cache: "no-store" });
  if (!response.ok) throw new Error(`status ${response.status}`);
  people = await response.json();
}

function token() {
  if (!hasSignIns) return sessionStorage.getItem(PASTED);
  return people.find((person) => person.email === sessionStorage.getItem(CHOSEN))?.token;
}

async function send(body) {
  const headers = {
    Accept: "application/graphql-response+json, application/json",
    "Content-Type": "application/json",
  };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  return fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body) });
}

// A sign-in's token may have expired while the page was open: ask for new ones and try once more.
async function sendAsSomebody(body) {
  const response = await send(body);
  const refused = token();
  if (response.status !== 401 || !hasSignIns || !refused) return response;
  await loadPeople();
  return token() === refused ? response : send(body);
}

async function answer(body) {
  let response;
  try {
    response = await sendAsSomebody(body);
  } catch (error) {
    return { whatToDo: "The request could not be sent. Is the server running?", reason: String(error) };
  }
  const text = await response.text();
  let content = text;
  try {
    content = JSON.parse(text);
  } catch {
    return { status: response.status, answer: text };
  }
  return response.status === 401 ? { whatToDo: WHAT_TO_DO, status: 401, answer: content } : content;
}

// GraphiQL asks for the schema again whenever it is handed another fetcher.
function show(root, tabs, storage) {
  root.render(
    React.createElement(
      GraphiQL,
      {
        fetcher: (body) => answer(body),
        storage,
        defaultTabs: tabs,
        defaultQuery: "# A new document\n",
        defaultEditorToolsVisibility: "variables",
        isHeadersEditorEnabled: false,
        shouldPersistHeaders: false,
        inputValueDeprecation: true,
        schemaDescription: true,
      },
      React.createElement(GraphiQL.Logo, null, React.createElement("span")),
    ),
  );
}

// GraphiQL reopens the stored tab that matches the stored document, and adds an empty tab where none
// does (as after a visit in which nothing was edited): make the two agree before it starts.
function openStoredTab(storage) {
  const restore = sessionStorage.getItem(RESTORE);
  sessionStorage.removeItem(RESTORE);
  const state = JSON.parse((!restore && storage.getItem("graphiql:tabState")) || "null");
  const tab = state?.tabs?.[state.activeTabIndex];
  for (const name of ["query", "variables", "headers"]) {
    if (tab?.[name]) storage.setItem(`graphiql:${name}`, tab[name]);
    else storage.removeItem(`graphiql:${name}`);
  }
  if (!tab) storage.removeItem("graphiql:tabState");
}

async function offerPeople() {
  menu.hidden = false;
  try {
    await loadPeople();
  } catch (error) {
    notice(`The sign-ins could not be fetched (${error.message}): reload the page.`);
  }
  for (const { label, email } of people) select.add(new Option(label, email));
  select.value = people.some(({ email }) => email === sessionStorage.getItem(CHOSEN)) ? sessionStorage.getItem(CHOSEN) : "";
}

function offerPaste() {
  paste.hidden = false;
  input.value = sessionStorage.getItem(PASTED) ?? "";
}

function listen(changed) {
  select.addEventListener("change", () => {
    sessionStorage.setItem(CHOSEN, select.value);
    changed();
  });
  input.addEventListener("change", () => {
    sessionStorage.setItem(PASTED, input.value.trim().replace(/^bearer\s+/i, ""));
    changed();
  });
  document.querySelector("#sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    input.blur(); // which fires its `change`
  });
  document.querySelector("#restore").addEventListener("click", () => {
    sessionStorage.setItem(RESTORE, "yes");
    location.reload();
  });
}

async function start() {
  const main = document.querySelector("#graphiql");
  if (!window.React || !window.ReactDOM || !window.GraphiQL) {
    main.firstElementChild.textContent =
      "GraphiQL's files could not be loaded. Fetch them with `scripts/graphiql/fetch .kinegraph/graphiql` and restart, or go online.";
    return;
  }
  const storage = GraphiQL.createLocalStorage({ namespace: "kinegraph" });
  const tabs = await (await fetch(tabsUrl)).json();
  await (hasSignIns ? offerPeople() : offerPaste());
  openStoredTab(storage);
  const root = ReactDOM.createRoot(main);
  listen(() => show(root, tabs, storage));
  show(root, tabs, storage);
}

start();
