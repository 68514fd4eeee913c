// The operations of a document, and subscriptions: GraphiQL shows each event in place of the one before.

// Comments and texts, in which braces and words mean nothing.
const MEANINGLESS = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#.*/g;

// Kind, name and end of each operation; GraphiQL's own list of them is a moment late after an edit.
function operationsOf(query) {
  const text = query.replace(MEANINGLESS, (each) => each.replace(/[^\n]/g, " "));
  const found = [];
  let depth = 0;
  let head = "";
  for (let at = 0; at < text.length; at++) {
    const each = text[at];
    if (each === "{" && depth === 0) {
      found.push({ head: head.trim() });
      head = "";
    }
    if ("{[(".includes(each)) depth++;
    else if (!"}])".includes(each)) head += depth === 0 ? each : "";
    else if (--depth === 0 && each === "}") found.at(-1).end = at;
  }
  return found
    .filter(({ head: words }) => !words.startsWith("fragment"))
    .map(({ head: words, end }) => {
      const [, kind, name] = /^(query|mutation|subscription)\b\s*(\w*)/.exec(words) ?? ["", "query", ""];
      return { kind, name, end: end ?? text.length };
    });
}

// The body of a request, without what a document that stood here before has left: the name of its operation, and variables
// whose names do not occur in this one. Of several operations it is the one at the cursor.
function ownBody({ query, operationName, variables, ...rest }, cursor) {
  const operations = operationsOf(query);
  const isIts = operations.some(({ name }) => name === operationName);
  const there = operations.find(({ end }) => end >= cursor) ?? operations.at(-1);
  const name = isIts ? operationName : operations.length > 1 && there.name;
  const names = new Set(query.match(/\$\w+/g));
  const own = Object.entries(variables ?? {}).filter(([each]) => names.has(`$${each}`));
  return { ...rest, query, ...(name && { operationName: name }), ...(own.length && { variables: Object.fromEntries(own) }) };
}

function isSubscription({ query, operationName }) {
  const operations = operationsOf(query);
  const executed = operations.find(({ name }) => name === operationName) ?? operations[0];
  return executed?.kind === "subscription";
}

const streams = new Set(); // what ends each subscription that runs

// Ends all subscriptions: they were started as somebody who is not signed in any more.
function endStreams() {
  for (const end of streams) end();
}

// The results in a stream of server-sent events, as GraphiQL reads them: `return` is what its button “Stop” calls.
function resultsIn(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let begun = false;
  let isSomebodyElses = false;
  const end = () => {
    isSomebodyElses = true;
    reader.cancel();
  };
  streams.add(end);
  async function next() {
    if (!begun) {
      begun = true;
      return { done: false, value: { subscribed: "Each event is shown here as it happens, until you stop it." } };
    }
    for (let end; (end = text.indexOf("\n\n")) !== -1; ) {
      const event = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const data = event.find((line) => line.startsWith("data: {"));
      if (data) return { done: false, value: JSON.parse(data.slice("data: ".length)) };
      if (event.includes("event: complete")) return stop();
    }
    const { done, value } = await reader.read();
    if (done && isSomebodyElses) {
      isSomebodyElses = false;
      return { done: false, value: { whatToDo: "It ended, since somebody else has signed in: run it again." } };
    }
    if (done) return stop();
    text += value;
    return next();
  }
  async function stop() {
    streams.delete(end);
    await reader.cancel();
    return { done: true, value: undefined };
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
}
