// Draws the Mermaid diagrams of a page in place of their text.
for (const text of document.querySelectorAll(".highlight-mermaid")) {
  const diagram = document.createElement("div");
  diagram.className = "mermaid";
  diagram.textContent = text.textContent;
  text.replaceWith(diagram);
}
mermaid.initialize({ startOnLoad: false, theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "default" });
mermaid.run();
