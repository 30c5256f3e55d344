// A run that goes on by itself: the page looks again, and a person's place in it is kept.
// Without this the page has a link that looks again.
"use strict";

let paused = false;
let kept = null;

const live = () => one("[data-live]");

function wire() {
  const button = one("#pause");
  if (!button) return;
  button.hidden = false;
  const look = one("#look");
  if (look) look.hidden = true;
  button.setAttribute("aria-pressed", String(paused));
  one("span", button).textContent = paused ? button.dataset.resume : button.dataset.pause;
}

// An element is found again by its id, by where on the page it leads, or within the part that folds.
function name(element, within) {
  if (!element || !within.contains(element)) return "";
  const there = element.getAttribute("href") || "";
  const fold = element.closest("details[id]");
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (there.startsWith("#")) return `a[href="${CSS.escape(there)}"]`;
  return fold ? `#${CSS.escape(fold.id)} > ${element.localName}` : "";
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live]") && (paused || document.hidden)) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const old = event.target;
  if (!old.matches("[data-live]") || !event.detail.shouldSwap) return;
  kept = {
    open: all("details[open]", old).map((item) => item.id).filter(Boolean),
    focus: name(document.activeElement, old),
    state: one("h1", old).textContent.trim(),
    top: one("main").scrollTop,
    left: one(".graph", old)?.scrollLeft || 0,
  };
});

document.addEventListener("htmx:afterSettle", () => {
  const part = one("#course");
  if (!kept || !part) return;
  const { open, focus, state, top, left } = kept;
  kept = null;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (one(".graph", part)) one(".graph", part).scrollLeft = left;
  one("main").scrollTop = top;
  if (focus) (one(focus, part) || one("h1", part)).focus({ preventScroll: true });
  wire();
  const now = one("h1", part).textContent.trim();
  if (now !== state) say(now.replace(/\s+/g, " "));
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("#pause")) return;
  paused = !paused;
  wire();
  if (!paused && live()) htmx.trigger(live(), "look");
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused && live()) htmx.trigger(live(), "look");
});

wire();
