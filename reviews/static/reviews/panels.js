// The forms of verdicts: canned text into an empty note, what the button says, and no verdict by Enter.
// Everything listens on the document, so that swapped forms work as well.
(() => {
  "use strict";
  document.documentElement.classList.add("with-script");

  // The wording of the chosen reasons goes into the note, unless somebody has typed there.
  const fill = (panel) => {
    const note = panel.querySelector("textarea[data-note]");
    if (!note || (note.value !== "" && note.value !== note.dataset.filled)) return;
    const chosen = [...panel.querySelectorAll("input[data-text]:checked")];
    note.value = chosen.map((box) => box.dataset.text).join("\n");
    note.dataset.filled = note.value;
    note.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("change", (event) => {
    const panel = event.target.closest("[data-panel]");
    if (panel && event.target.matches("input[data-text]")) fill(panel);
  });

  // Enter in a field must not commit: only the button and Ctrl+Enter do.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.target.matches("[data-panel] input")) event.preventDefault();
  });

  // A fresh preview keeps open what was open, and tells the button what it would do.
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "verdict-preview") return;
    open = [...event.target.querySelectorAll("details[open][data-kept]")].map((item) => item.dataset.kept);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "verdict-preview") return;
    for (const item of event.target.querySelectorAll("details[data-kept]")) item.open = open.includes(item.dataset.kept);
    const says = event.target.querySelector("[data-commit]");
    const button = says && event.target.closest("form")?.querySelector("[data-commit-text]");
    if (button) button.textContent = says.dataset.commit;
  });
})();
