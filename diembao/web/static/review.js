// The review room's keys and fragments. Without this file every control of the page works as a link or a form.
// A key clicks the control that carries its name in `data-key`; nothing can be done by a key that has no control.
import { follow } from "./live.js";

const room = document.getElementById("review");
const account = room.dataset.account;
const words = JSON.parse(room.dataset.words);
const HEARTBEAT_MS = 30_000;
/** Without a key or a click for this long the claim is left to end. */
const IDLE_MS = 5 * 60_000;
let busy = false;
let newest = 0;
let lastUse = Date.now();

const card = () => document.getElementById("card");
const openKey = () => card()?.dataset.item ?? "";
const rows = () => [...document.querySelectorAll("#queue li[id]")];
const rowOf = (key) => (key ? document.querySelector(`#queue li#${CSS.escape(key)}`) : null);
const linkOf = (row) => row?.querySelector(":scope > a") ?? null;
/** A row carries its state only where somebody decided. */
const stateOf = (row) => row.dataset.state ?? "new";
const isSample = (row) => row.closest(".sample") !== null;
const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.matches("textarea, select") ||
    (element.matches("input") && !["checkbox", "radio", "button", "submit", "reset"].includes(element.type)));

const live = follow(room, { rowOf, openKey, card, words, changed: () => count() });

// Fragments: every element of an answer with `data-swap` takes the place of the one with its id.

function swap(answer) {
  const parts = [...answer.querySelectorAll("[data-swap]")];
  for (const part of parts) {
    const old = document.getElementById(part.id);
    if (part.id === "changed") live.take({ reviews: JSON.parse(part.dataset.rows) });
    if (!old) continue;
    const fresh = document.importNode(part, true);
    // A region that is read aloud has to stay: only its content is new.
    if (part.dataset.swap === "inside") old.replaceChildren(...fresh.childNodes);
    else old.replaceWith(fresh);
  }
  return parts.length > 0;
}

function say(text) {
  document.getElementById("told").replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
}

/** Ask for fragments and put them on the page; null where the answer holds none: what it says is shown instead. */
async function ask(address, options = {}, isWanted = () => true) {
  const answer = await fetch(address, { ...options, headers: { "X-Fragment": "1" } });
  const text = await answer.text();
  if (answer.redirected) {
    location.assign(location.href); // the session ended; half-typed words are kept, and the page asks for sign-in
    return null;
  }
  if (!isWanted()) return null;
  const page = new DOMParser().parseFromString(text, "text/html");
  if (swap(page)) return answer;
  say(page.querySelector(".error p")?.textContent || (answer.status === 503 ? words.busy : words.failed));
  return null;
}

async function show(address, { focus = true } = {}) {
  const turn = ++newest;
  shownBelow = "";
  try {
    const answer = await ask(address, {}, () => turn === newest);
    if (!answer) return;
    history.replaceState(null, "", address);
    shown({ focus });
  } catch {
    say(words.offline);
  }
}

/** After a card took its place. */
function shown({ focus = true } = {}) {
  shownBelow = "";
  for (const link of document.querySelectorAll("#queue [aria-current]")) link.removeAttribute("aria-current");
  const row = rowOf(openKey());
  const link = linkOf(row);
  if (link) {
    for (let fold = row.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    link.setAttribute("aria-current", "true");
    const list = document.getElementById("queue");
    if (list.scrollHeight > list.clientHeight) {
      // The list alone is scrolled: scrollIntoView would move the page as well.
      const place = link.getBoundingClientRect();
      const frame = list.getBoundingClientRect();
      if (place.top < frame.top + 40 || place.bottom > frame.bottom - 80)
        list.scrollTop += place.top - frame.top - frame.height / 3;
    }
    // A tone that a person corrected: the row says it too.
    const note = row.querySelector(":scope > span > i");
    if (card().dataset.tone !== "negative") note?.remove();
    else if (!note) row.querySelector(":scope > span").append(Object.assign(document.createElement("i"), { textContent: " · ▼" }));
    const asks = document.getElementById("asks");
    if (asks) asks.textContent = row.closest("[data-asks]")?.dataset.asks ?? "";
  }
  for (const [id, step] of [["previous", -1], ["next", 1]]) {
    const href = linkOf(neighbour(step))?.getAttribute("href");
    if (href) document.getElementById(id)?.setAttribute("href", href);
  }
  if (focus) {
    card().focus({ preventScroll: true });
    const top = card().getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) card().scrollIntoView({ block: "start" });
  }
  restoreDrafts();
  count();
  live.showHolds();
  hold();
}

// Going through the list: rows in closed folds are passed over.

function neighbour(step, { waits = false } = {}) {
  const all = rows();
  const at = all.findIndex((row) => row.id === openKey());
  const before = all.slice(0, Math.max(at, 0));
  const order = step > 0 ? [...all.slice(at + 1), ...(waits ? before : [])] : before.reverse();
  return order.find((row) => (waits ? stateOf(row) === "new" && !isSample(row) : true) && !isFolded(row)) ?? null;
}
const isFolded = (row) => row.parentElement.closest("details:not([open])") !== null;

function go(row) {
  const link = linkOf(row);
  if (link) show(link.href);
}

// Progress: what the rows say; the pace is that of this sitting, or the server's where it has just begun.

/** Articles of the queue by where they stand, as when the page came. */
const byState = (all) => all.reduce((found, row) => ({ ...found, [stateOf(row)]: (found[stateOf(row)] ?? 0) + 1 }), {});
let atFirst = null;
function countFilters(counted) {
  const now = byState(counted);
  atFirst ??= now;
  for (const option of document.querySelectorAll("#filters option[data-n]")) {
    const n = Number(option.dataset.n) + (now[option.value] ?? 0) - (atFirst[option.value] ?? 0);
    option.textContent = `${option.dataset.word} (${n})`;
  }
}

const sitting = { at: Date.now(), left: null };
function count() {
  const progress = document.getElementById("progress");
  const counted = rows().filter((row) => !isSample(row));
  const left = counted.filter((row) => stateOf(row) === "new").length;
  countFilters(counted);
  sitting.left ??= left;
  const mine = sitting.left - left;
  const seconds = mine >= 5 ? (Date.now() - sitting.at) / 1000 / mine : Number(progress.dataset.pace);
  const text = left === 0 ? words.done : seconds > 0 ? words.progress_pace : words.progress;
  const bar = progress.querySelector("progress");
  bar.max = Math.max(counted.length, 1);
  bar.value = counted.length - left;
  const fill = { done: bar.value, all: counted.length, minutes: Math.ceil((left * seconds) / 60) };
  progress.querySelector("span").textContent = text.replace(/\{(\w+)\}/g, (_, name) => fill[name]);
}

// Half-typed words stay in this tab, for this account alone, until they are sent.

const draftName = (key) => `diembao:${account}:${key}`;
function storeDraft(field) {
  if (field.value.trim()) sessionStorage.setItem(draftName(field.dataset.keep), field.value);
  else sessionStorage.removeItem(draftName(field.dataset.keep));
  markDraft(field.dataset.keep);
}
function dropDraft(field) {
  field.value = "";
  storeDraft(field);
}
function restoreDrafts() {
  for (const field of document.querySelectorAll("#card [data-keep]")) {
    const kept = sessionStorage.getItem(draftName(field.dataset.keep));
    if (!kept || field.value) continue;
    field.value = kept;
    field.closest("details")?.setAttribute("open", "");
  }
}
function markDraft(name) {
  const key = name.split(":")[0];
  const kept = Object.keys(sessionStorage).some((one) => one === draftName(key) || one.startsWith(`${draftName(key)}:`));
  rowOf(key)?.toggleAttribute("data-draft", kept);
}
for (const name of Object.keys(sessionStorage)) {
  if (!name.startsWith("diembao:")) continue;
  if (name.startsWith(draftName(""))) markDraft(name.slice(draftName("").length));
  else sessionStorage.removeItem(name);
}

// Forms of the room: what they do comes back as fragments, and the next card with it.

function dataOf(form, button) {
  const data = new URLSearchParams(new FormData(form));
  if (button?.name) data.append(button.name, button.value);
  if (form.hasAttribute("data-advance")) {
    const next = neighbour(1, { waits: true });
    // Those of the same text go with the article, unless they are unticked: the next is another.
    const along = new Set(form.querySelector("[name=whole]:checked") ? data.getAll("reprint").map((t) => t.split(".")[0]) : []);
    const all = rows();
    const order = next ? [...all.slice(all.indexOf(next)), ...all.slice(0, all.indexOf(next))] : [];
    const other = order.find((row) => stateOf(row) === "new" && !isSample(row) && !isFolded(row) && !along.has(row.id) && row.id !== openKey());
    if (other) data.set("next", other.id);
  }
  if (form.getAttribute("action") === "/review/undo") data.set("item", openKey());
  if (button?.hasAttribute("data-below")) {
    for (const row of below()) data.append("item", row.querySelector("input").value);
  }
  return data;
}

/** Articles below the open one that wait: what "all below" is about. */
function below() {
  const all = rows();
  return all.slice(all.findIndex((one) => one.id === openKey()) + 1).filter((row) => stateOf(row) === "new" && !isSample(row));
}

/** Whole lists are marked only after their number was shown: by the same key once more, or the button beside it. */
let shownBelow = "";
function isSure(button) {
  if (!button?.hasAttribute("data-below") || shownBelow === openKey()) return true;
  const many = below().length;
  if (many === 0) {
    say(words.below_none);
    return false;
  }
  say(words.below_ask.replace("{n}", many));
  const go = Object.assign(document.createElement("button"), { type: "button", className: "second small", textContent: words.below_yes.replace("{n}", many) });
  go.addEventListener("click", () => button.click());
  document.getElementById("told").append(go);
  shownBelow = openKey();
  return false;
}

async function send(form, button) {
  if (busy || !isSure(button)) return;
  shownBelow = "";
  busy = true;
  room.setAttribute("aria-busy", "true");
  newest++;
  const before = openKey();
  const kept = [...form.querySelectorAll("[data-keep]")];
  try {
    const answer = await ask(form.getAttribute("action"), { method: "POST", body: dataOf(form, button) });
    if (!answer) return;
    if (answer.ok) {
      kept.forEach(dropDraft);
      for (const box of document.querySelectorAll("#queue input:checked")) box.checked = false;
      showTicked();
      for (const field of document.querySelectorAll("#card [data-keep]")) if (kept.some((one) => one.dataset.keep === field.dataset.keep)) field.value = "";
    }
    if (card().dataset.address) history.replaceState(null, "", card().dataset.address);
    shown({ focus: openKey() !== before || !card().contains(document.activeElement) });
  } catch {
    say(words.offline);
  } finally {
    busy = false;
    room.removeAttribute("aria-busy");
  }
}

document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-review]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  },
  true,
);

document.addEventListener("click", (event) => {
  lastUse = Date.now();
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const opener = event.target.closest("[data-dialog]");
  const link = event.target.closest("a[data-card]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  else if (link) show(link.href);
  else return;
  event.preventDefault();
});

document.addEventListener("input", (event) => {
  lastUse = Date.now();
  if (event.target.matches("[data-keep]")) storeDraft(event.target);
});

/** Which articles a merge would join to the open one. */
function showTicked() {
  const place = document.getElementById("ticked-said");
  if (!place) return;
  const ticked = rows().filter((row) => row.id !== openKey() && row.querySelector(":scope > input").checked);
  const told = document.createElement("p");
  told.textContent = ticked.length ? place.dataset.some.replace("{n}", ticked.length) : place.dataset.none;
  const list = Object.assign(document.createElement("ul"), { className: "plainlist" });
  for (const row of ticked) list.append(Object.assign(document.createElement("li"), { textContent: linkOf(row).textContent }));
  place.replaceChildren(told, ...(ticked.length ? [list] : []));
}
document.addEventListener("change", (event) => {
  if (event.target.matches("#queue input[type=checkbox]")) showTicked();
});

// One panel is open at a time, and its first control takes the focus.
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (!panel.matches("details[data-panel]") || !panel.open) return;
    for (const other of document.querySelectorAll("details[data-panel][open]")) if (other !== panel) other.open = false;
    if (!panel.contains(document.activeElement)) return;
    const controls = ["[data-first]", "textarea", "select", ".choices button", "input:not([type=hidden])", "button"];
    controls.map((one) => panel.querySelector(one)).find(Boolean)?.focus({ preventScroll: true });
    showTicked();
    // Where the panels scroll by themselves, their row of names stays in sight.
    const panels = panel.closest(".panels");
    if (panels && getComputedStyle(panels).overflowY === "auto") panels.scrollTop = 0;
    else panel.scrollIntoView({ block: "nearest" });
  },
  true,
);

// Keys.

const actions = new Map(Object.entries(JSON.parse(room.dataset.keys)).map(([action, key]) => [key, action]));

function pressed(event) {
  // An input method that holds the key back ("Process") still names the key itself.
  if (event.key === "Process" && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  if (event.key.length === 1 && /\p{L}/u.test(event.key)) return event.shiftKey ? "" : event.key.toLowerCase();
  return event.key;
}

const openPanel = () => document.querySelector("#review details[data-panel][open]");

function inPanel(panel, key) {
  if (key === "Escape") {
    panel.open = false;
    card().focus({ preventScroll: true });
    return true;
  }
  const choice = panel.querySelector(`[data-digit="${CSS.escape(key)}"]`);
  if (choice) {
    if (isTyping(choice)) choice.focus();
    else choice.click();
    return true;
  }
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const controls = [...panel.querySelectorAll("input:not([type=hidden]), textarea, select, button")];
  const at = controls.indexOf(document.activeElement) + (key === "ArrowDown" ? 1 : -1);
  controls[(at + controls.length) % controls.length]?.focus();
  return true;
}

function act(action) {
  if (action === "next") return go(neighbour(1));
  if (action === "previous") return go(neighbour(-1));
  if (action === "mark") {
    const box = rowOf(openKey())?.querySelector("input");
    if (box) box.checked = !box.checked;
    showTicked();
    return undefined;
  }
  const control = document.querySelector(`[data-key="${action}"]`);
  if (!control) return undefined;
  if (isTyping(control)) {
    control.closest("details")?.setAttribute("open", "");
    return control.focus();
  }
  if (control.matches("summary")) control.focus({ preventScroll: true });
  return control.click();
}

document.addEventListener("keydown", (event) => {
  lastUse = Date.now();
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    // Escape leaves a field; what was typed stays in it.
    if (event.key === "Escape") card()?.focus({ preventScroll: true });
    return;
  }
  const key = pressed(event);
  const panel = openPanel();
  if (panel && !busy && !event.repeat && inPanel(panel, key)) return event.preventDefault();
  const action = actions.get(key);
  if (!action) return undefined;
  event.preventDefault();
  // Nobody decides on a card that is not shown yet: a key that is held down, or comes too early, does nothing.
  if (busy || (event.repeat && action !== "next" && action !== "previous")) return undefined;
  if (panel && action !== panel.dataset.panel) panel.open = false;
  return act(action);
});

// The soft claim.

function tell(address) {
  const item = openKey();
  if (!item) return;
  const body = new URLSearchParams({ item, csrf: room.dataset.csrf });
  fetch(address, { method: "POST", body, headers: { "X-Fragment": "1" }, keepalive: true }).catch(() => undefined);
}
function hold() {
  if (!document.hidden && Date.now() - lastUse < IDLE_MS) tell(room.dataset.hold);
}
setInterval(hold, HEARTBEAT_MS);
addEventListener("pagehide", () => tell(room.dataset.release));

if (card()) shown({ focus: document.activeElement === document.body && !location.hash });
