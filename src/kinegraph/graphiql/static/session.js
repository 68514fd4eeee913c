// Who is signed in, and how a request is sent.
// Tokens live in this page's memory, a pasted one in sessionStorage, and in the Authorization header.
// localStorage gets the e-mail address of the chosen person, so that every tab of the browser has the same.

const { signIns: hasSignIns, examples: examplesUrl } = document.body.dataset;
const CHOSEN = "kinegraph-sign-in"; // in localStorage: the e-mail address of the chosen person
const PASTED = "kinegraph:token"; // in sessionStorage

const menu = document.querySelector("#menu");
const select = document.querySelector("#menu select");
const paste = document.querySelector("#paste");
const input = document.querySelector("#paste input");
const WHAT_TO_DO = hasSignIns
  ? "The server does not know who you are. Choose somebody under “Sign-in” at the top right (reload the page if that sign-in is old), or put a valid token into the headers pane, then run this again."
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
  return people.find((person) => person.email === localStorage.getItem(CHOSEN))?.token;
}

// The headers of a request: those of the headers pane take the place of ours.
function requestHeaders(typed) {
  const headers = new Headers({
    Accept: "application/graphql-response+json, application/json",
    "Content-Type": "application/json",
  });
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  for (const [name, value] of Object.entries(typed ?? {})) headers.set(name, value);
  return headers;
}

function authorization(typed) {
  return requestHeaders(typed).get("Authorization");
}

async function send(body, typed) {
  return fetch("/graphql", { method: "POST", headers: requestHeaders(typed), body: JSON.stringify(body) });
}

// A sign-in's token may have expired while the page was open: ask for new ones and try once more.
async function sendAsSomebody(body, typed) {
  const refused = authorization(typed);
  const response = await send(body, typed);
  if (response.status !== 401 || !hasSignIns || refused !== `Bearer ${token()}`) return response;
  await loadPeople();
  return refused === `Bearer ${token()}` ? response : send(body, typed);
}

async function offerPeople() {
  menu.hidden = false;
  try {
    await loadPeople();
  } catch (error) {
    notice(`The sign-ins could not be fetched (${error.message}): reload the page.`);
  }
  for (const { label, email } of people) select.add(new Option(label, email));
  showChosen();
}

function showChosen() {
  const chosen = localStorage.getItem(CHOSEN);
  select.value = people.some(({ email }) => email === chosen) ? chosen : "";
}

function offerPaste() {
  paste.hidden = false;
  input.value = sessionStorage.getItem(PASTED) ?? "";
}

// Calls `changed` when somebody signs in or out, here or in another tab of the browser.
function listenToSignIn(changed) {
  select.addEventListener("change", () => {
    localStorage.setItem(CHOSEN, select.value);
    changed();
  });
  window.addEventListener("storage", (event) => {
    if (!hasSignIns || (event.key !== CHOSEN && event.key !== null)) return;
    showChosen();
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
}
