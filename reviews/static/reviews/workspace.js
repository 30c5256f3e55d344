// Clocks that tick, keys, focus after a part of the page was replaced, drafts.
// Everything here is a comfort: each action is a plain link or form first.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// --- clocks: what the server wrote, counted down; nothing in a browser enforces anything

const ahead = Date.now() - Date.parse(document.body.dataset.now || new Date().toISOString());

function words(seconds) {
  const units = document.body.dataset;
  const put = (text, count) => text.replace("0", count);
  if (seconds >= 86400) return put(units.days, Math.floor(seconds / 86400));
  const minutes = Math.floor(seconds / 60) % 60;
  if (seconds >= 36000 || (seconds >= 3600 && !minutes)) return put(units.hours, Math.floor(seconds / 3600));
  if (seconds >= 3600) return `${put(units.hours, Math.floor(seconds / 3600))} ${put(units.minutes, minutes)}`;
  return seconds >= 60 ? put(units.minutes, minutes) : put(units.seconds, seconds);
}

function exact(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : words(seconds);
}

function tick() {
  for (const clock of all("time[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(clock.dateTime) - Date.now() + ahead) / 1000));
    const text = "exact" in clock.dataset || "lease" in clock.dataset ? exact(left) : words(left);
    if (clock.textContent !== text) clock.textContent = text;
    if ("lease" in clock.dataset && left === 60) say(document.body.dataset.leaseEnds);
  }
}
setInterval(tick, 1000);

function say(text) {
  const line = one("#said");
  if (!line) return;
  line.textContent = text;
  clearTimeout(say.later);
  say.later = setTimeout(() => { line.textContent = ""; }, 10000);
}

// --- keys: a letter opens, only Ctrl+Enter or the button commits

let quietUntil = 0;
const ROWS = ".queue th a";
const GO = { h: "#nav a[href='/']", q: "#nav a[href^='/queues/']", a: "#nav a[href^='/admin/']" };
let going = false;

function move(step) {
  const rows = all(ROWS);
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  const open = rows.findIndex((row) => row.getAttribute("aria-current"));
  const from = here >= 0 ? here : open;
  rows[Math.min(Math.max(from + step, 0), rows.length - 1)].focus();
}

const COMMANDS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => one(`${ROWS}:focus`)?.click(),
  u: () => (one(".panel-head a") || one(".crumb .only-phone"))?.click(),
  "/": () => openFilters(),
  f: () => openFilters(),
  "?": () => help(),
  d: () => one(".raw summary")?.click(),
  g: () => { going = true; setTimeout(() => { going = false; }, 1500); },
};

function openFilters() {
  const filters = one(".filters");
  if (!filters) return;
  filters.open = true;
  one("select, input:not([type=hidden])", filters)?.focus();
}

function help() {
  const dialog = one("#help");
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

function press(key) {
  const digit = one(`.panel [data-key="${key}"], .panel .toggles label:nth-of-type(${Number(key) || 99}) input`);
  if (/^[1-9]$/.test(key) && digit) return digit.click();
  if (COMMANDS[key]) return COMMANDS[key]();
  const control = all("[aria-keyshortcuts]").find((item) => item.getAttribute("aria-keyshortcuts") === key);
  if (!control || Date.now() < quietUntil) return undefined;
  return control.matches("textarea, input") ? control.focus() : control.click();
}

const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const ticks = (target) => target.tagName === "INPUT" && /^(checkbox|radio)$/.test(target.type);

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat) return;
  const panel = one(".panel");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && panel) {
    event.preventDefault();
    const commit = one(".panel-foot button[type=submit]", panel);
    if (commit && !commit.disabled) panel.requestSubmit(commit);
    return;
  }
  if (event.key === "Escape" && panel && !one("dialog[open]")) {
    one(".panel-head a", panel).click();
    return;
  }
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain || event.key.length > 1 || !("shortcuts" in document.body.dataset)) return;
  if ((typing(event.target) && !ticks(event.target)) || (one("dialog[open]") && event.key !== "?")) return;
  event.preventDefault();
  if (going && GO[event.key]) one(GO[event.key])?.click();
  else if (event.key === " ") event.target.click?.();
  else press(event.key);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#help-open")) help();
  if (event.target.closest("#help-close")) one("#help").close();
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const row = event.target.closest(ROWS);
  if (row) {
    mark(row);
    document.title = `${row.textContent.trim()} · Gatehouse`;
  }
});

function mark(open) {
  for (const row of all(ROWS)) {
    row.closest("tr").classList.toggle("is-open", row === open);
    if (row === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  document.body.classList.add("has-case");
  one("#list")?.removeAttribute("role"); // what was opened is the main part now
}

// --- parts that were replaced: focus goes where the person goes on

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt.id === "main" || event.detail.elt.id === "bar" ? event.detail.elt : null;
  if (!part) return;
  quietUntil = Date.now() + 400;
  tick();
  retitle(part);
  const alarm = one(".errors, .refusal", part);
  const field = one(".panel :is(input, textarea, select):not([type=hidden], [readonly])", part);
  (alarm || field || (part.id === "main" ? one("h1", part) : one(".verdict", part)))?.focus({ preventScroll: !alarm });
});

function retitle(part) {
  const heading = one("h1", part);
  const list = one("h1#list-title");
  if (!heading || !list) return;
  const lower = document.createElement("h2");
  lower.id = list.id;
  lower.textContent = list.textContent;
  list.replaceWith(lower);
}

document.addEventListener("htmx:sendError", () => say(document.body.dataset.offline));
document.addEventListener("htmx:responseError", () => say(document.body.dataset.failed));

// --- drafts: 10 s after the last key, and when a field is left

let dirty = null;

async function keep() {
  const form = dirty;
  if (!form?.isConnected) return;
  dirty = null;
  const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "manual" }).catch(() => null);
  const line = one("#draft");
  if (line && answer?.ok) line.textContent = await answer.text();
}

document.addEventListener("input", (event) => { dirty = event.target.closest("form[data-draft]") || dirty; });
document.addEventListener("focusout", (event) => { if (event.target.closest("form[data-draft]")) keep(); });
setInterval(keep, 10000);
