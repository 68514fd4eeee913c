// The operations of a document, and subscriptions: GraphiQL shows each event in place of the one before.

// Comments and texts, in which braces and words mean nothing.
const MEANINGLESS = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#.*/g;

// Kind and name of each operation; GraphiQL's own list of them is a moment late after an edit.
function operationsOf(query) {
  let outside = "";
  let depth = 0;
  for (const each of query.replace(MEANINGLESS, " ")) {
    if ("}])".includes(each)) depth--;
    if (depth === 0 && !"}])[(".includes(each)) outside += each;
    if ("{[(".includes(each)) depth++;
  }
  const heads = outside.split("{").slice(0, -1).map((head) => head.trim());
  return heads
    .filter((head) => !head.startsWith("fragment"))
    .map((head) => /^(query|mutation|subscription)\b\s*(\w*)/.exec(head) ?? ["", "query", ""])
    .map(([, kind, name]) => ({ kind, name }));
}

// The body of a request, without what a document that stood here before has left: the name of its operation, and variables
// whose names do not occur in this one.
function ownBody({ query, operationName, variables, ...rest }) {
  const isIts = operationsOf(query).some(({ name }) => name === operationName);
  const names = new Set(query.match(/\$\w+/g));
  const own = Object.entries(variables ?? {}).filter(([name]) => names.has(`$${name}`));
  return { ...rest, query, ...(isIts && { operationName }), ...(own.length && { variables: Object.fromEntries(own) }) };
}

function isSubscription({ query, operationName }) {
  const operations = operationsOf(query);
  const executed = operations.find(({ name }) => name === operationName) ?? operations[0];
  return executed?.kind === "subscription";
}

// The results in a stream of server-sent events, as GraphiQL reads them: `return` is what its button “Stop” calls.
function resultsIn(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let begun = false;
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
    if (done) return { done, value: undefined };
    text += value;
    return next();
  }
  async function stop() {
    await reader.cancel();
    return { done: true, value: undefined };
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
}
