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
const rows = () => [...document.querySelectorAll("#queue [data-item]")];
const rowOf = (key) => document.querySelector(`#queue [data-item="${CSS.escape(key)}"]`);
const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.matches("textarea, select") ||
    (element.matches("input") && !["checkbox", "radio", "button", "submit", "reset"].includes(element.type)));

// Fragments: every element of the answer with `data-swap` takes the place of the one with its id.

function swap(text) {
  const answer = new DOMParser().parseFromString(text, "text/html");
  const parts = [...answer.querySelectorAll("[data-swap]")];
  for (const part of parts) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    const fresh = document.importNode(part, true);
    // A region that is read aloud has to stay: only its content is new.
    if (part.dataset.swap === "inside") old.replaceChildren(...fresh.childNodes);
    else old.replaceWith(fresh);
  }
  return parts;
}

async function ask(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "X-Fragment": "1", ...options.headers } });
  return { status: answer.status, text: await answer.text(), elsewhere: answer.redirected };
}

function say(text) {
  document.getElementById("told").replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
}

/** Put an answer on the page; false where it is no fragment (signed out, an error page). */
function take(answer) {
  if (answer.elsewhere) {
    location.assign(location.href); // the session ended: half-typed words are kept, the page asks for sign-in
    return false;
  }
  if (!swap(answer.text).length) {
    say(answer.status === 503 ? words.busy : words.failed);
    return false;
  }
  return true;
}

async function show(address, { focus = true } = {}) {
  const turn = ++newest;
  try {
    const answer = await ask(address);
    if (turn !== newest || !take(answer)) return;
    history.replaceState(null, "", address);
    shown({ focus });
  } catch {
    say(words.offline);
  }
}

/** After a card took its place. */
function shown({ focus = true } = {}) {
  const key = card().dataset.item;
  for (const link of document.querySelectorAll("#queue [aria-current]")) link.removeAttribute("aria-current");
  const link = rowOf(key)?.querySelector("a");
  if (link) {
    link.setAttribute("aria-current", "true");
    const list = document.getElementById("queue");
    if (list.scrollHeight > list.clientHeight) {
      // Scroll the list alone: scrollIntoView would move the page as well.
      const place = link.getBoundingClientRect(), frame = list.getBoundingClientRect();
      if (place.top < frame.top + 40 || place.bottom > frame.bottom - 80)
        list.scrollTop += place.top - frame.top - frame.height / 3;
    }
  }
  if (focus) {
    card().focus({ preventScroll: true });
    if (card().getBoundingClientRect().top < 0 || card().getBoundingClientRect().top > innerHeight / 2)
      card().scrollIntoView({ block: "start" });
  }
  restoreDrafts();
  count();
  hold();
}

// Going through the list.

function neighbour(step, { open = false } = {}) {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.item === card().dataset.item);
  const order =
    step > 0 ? [...all.slice(at + 1), ...(open ? all.slice(0, Math.max(at, 0)) : [])] : all.slice(0, Math.max(at, 0)).reverse();
  return order.find((row) => (!open || row.dataset.state === "new") && !row.closest("details:not([open])"));
}

const go = (row) => row && show(row.querySelector("a").href);

// Progress: what the rows say; the pace is that of this sitting, or the server's where it has just begun.

const started = { at: Date.now(), open: null };
function count() {
  const progress = document.getElementById("progress");
  if (!progress) return;
  const counted = rows().filter((row) => !row.hasAttribute("data-aside"));
  const left = counted.filter((row) => row.dataset.state === "new").length;
  started.open ??= left;
  const done = counted.length - left;
  const mine = started.open - left;
  const seconds = mine >= 5 ? (Date.now() - started.at) / 1000 / mine : Number(progress.dataset.pace);
  const minutes = Math.ceil((left * seconds) / 60);
  const text = left === 0 ? words.done : seconds > 0 ? words.progress_pace : words.progress;
  const shownText = text.replace("{done}", done).replace("{all}", counted.length).replace("{minutes}", minutes);
  progress.querySelector("progress").max = Math.max(counted.length, 1);
  progress.querySelector("progress").value = done;
  progress.querySelector("span").textContent = shownText;
}

// Half-typed words stay in this tab, for this account alone, until they are sent.

const draftName = (field) => `diembao:${account}:${field.dataset.keep}`;
function storeDraft(field) {
  if (field.value.trim()) sessionStorage.setItem(draftName(field), field.value);
  else sessionStorage.removeItem(draftName(field));
  markDraft(field.dataset.keep);
}
function restoreDrafts() {
  for (const field of document.querySelectorAll("[data-keep]")) {
    const kept = sessionStorage.getItem(draftName(field));
    if (!kept || field.value) continue;
    field.value = kept;
    field.closest("details")?.setAttribute("open", "");
  }
}
function markDraft(key) {
  rowOf(key)?.toggleAttribute("data-draft", sessionStorage.getItem(`diembao:${account}:${key}`) !== null);
}
function dropStrangersDrafts() {
  for (const name of Object.keys(sessionStorage)) {
    if (!name.startsWith("diembao:")) continue;
    if (!name.startsWith(`diembao:${account}:`)) sessionStorage.removeItem(name);
    else markDraft(name.split(":").slice(2).join(":"));
  }
}

// Forms of the room: what they do comes back as fragments, and the next card with it.

function dataOf(form, button) {
  const data = new URLSearchParams(new FormData(form));
  if (button?.name) data.append(button.name, button.value);
  if (form.hasAttribute("data-advance")) {
    const next = neighbour(1, { open: true });
    if (next) data.set("next", next.dataset.item);
  }
  if ((button ?? form).hasAttribute("data-below")) {
    const all = rows();
    const at = all.findIndex((row) => row.dataset.item === card().dataset.item);
    for (const row of all.slice(at + 1))
      if (row.dataset.state === "new" && !row.hasAttribute("data-aside")) data.append("item", `${row.dataset.item}.${row.dataset.version}`);
  }
  return data;
}

async function send(form, button) {
  if (busy) return;
  busy = true;
  room.setAttribute("aria-busy", "true");
  const kept = [...form.querySelectorAll("[data-keep]")];
  const before = card().dataset.item;
  newest++;
  try {
    const address = button?.getAttribute("formaction") || form.getAttribute("action");
    const answer = await ask(address, { method: "POST", body: dataOf(form, button) });
    if (answer.status < 300 && !answer.elsewhere)
      for (const field of kept) {
        sessionStorage.removeItem(draftName(field));
        markDraft(field.dataset.keep);
        field.value = "";
      }
    if (take(answer)) {
      if (answer.status < 300) for (const box of document.querySelectorAll("#queue input:checked")) box.checked = false;
      const now = card().dataset;
      if (now.address) history.replaceState(null, "", now.address);
      shown({ focus: now.item !== before || !card().contains(document.activeElement) });
    }
  } catch {
    say(words.offline);
  } finally {
    busy = false;
    room.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-review]") || event.defaultPrevented) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("click", (event) => {
  lastUse = Date.now();
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog).showModal();
    return;
  }
  const link = event.target.closest("a[data-card]");
  if (!link) return;
  event.preventDefault();
  show(link.href);
});

document.addEventListener("input", (event) => {
  lastUse = Date.now();
  if (event.target.matches?.("[data-keep]")) storeDraft(event.target);
});

// One panel of the card is open at a time, and its first control takes the keys.
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (!panel.matches?.("details[data-panel]") || !panel.open) return;
    for (const other of document.querySelectorAll("details[data-panel][open]")) if (other !== panel) other.open = false;
    if (panel.contains(document.activeElement))
      panel.querySelector("textarea, input:not([type=hidden]), select, button")?.focus();
  },
  true,
);

// Keys.

const keys = JSON.parse(room.dataset.keys);
const actions = Object.fromEntries(Object.entries(keys).map(([action, key]) => [key, action]));

function pressed(event) {
  // An input method that holds the key back ("Process") still names the key itself.
  if (event.key === "Process" && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  if (event.key.length === 1 && /\p{L}/u.test(event.key)) return event.shiftKey ? "" : event.key.toLowerCase();
  return event.key;
}

const openPanel = () => card().querySelector("details[data-panel][open]");

function closePanel(panel) {
  panel.open = false;
  card().focus({ preventScroll: true });
}

function inPanel(panel, key) {
  if (key === "Escape") {
    closePanel(panel);
    return true;
  }
  const choice = panel.querySelector(`[data-digit="${CSS.escape(key)}"]`);
  if (choice) {
    choice.click();
    return true;
  }
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const controls = [...panel.querySelectorAll("input:not([type=hidden]), button")];
  const at = controls.indexOf(document.activeElement);
  controls[(at + (key === "ArrowDown" ? 1 : -1) + controls.length) % controls.length]?.focus();
  return true;
}

function act(action) {
  if (action === "next") return go(neighbour(1));
  if (action === "previous") return go(neighbour(-1));
  if (action === "mark") {
    const box = rowOf(card().dataset.item)?.querySelector("input");
    if (box) box.checked = !box.checked;
    return undefined;
  }
  const control = card().querySelector(`[data-key="${action}"]`) ?? document.querySelector(`[data-key="${action}"]`);
  if (!control) return undefined;
  if (control.matches("input, textarea, select")) {
    control.closest("details")?.setAttribute("open", "");
    control.focus();
    return undefined;
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
    if (event.key === "Escape") {
      event.target.blur();
      card()?.focus({ preventScroll: true });
    }
    return;
  }
  if (!card()) return;
  const key = pressed(event);
  const panel = openPanel();
  if (panel && inPanel(panel, key)) {
    event.preventDefault();
    return;
  }
  const action = actions[key];
  if (!action) return;
  event.preventDefault();
  // Nobody decides on a card that has not been shown yet: a key that is held down, or comes too early, does nothing.
  if (busy || (event.repeat && action !== "next" && action !== "previous")) return;
  if (panel && action !== panel.dataset.panel) panel.open = false;
  act(action);
});

// The soft claim.

function tell(address) {
  const item = card()?.dataset.item;
  if (!item) return;
  const body = new URLSearchParams({ item, csrf: room.dataset.csrf });
  fetch(address, { method: "POST", body, headers: { "X-Fragment": "1" }, keepalive: true }).catch(() => undefined);
}
function hold() {
  if (!document.hidden && Date.now() - lastUse < IDLE_MS) tell(room.dataset.hold);
}
setInterval(hold, HEARTBEAT_MS);
addEventListener("pagehide", () => tell(room.dataset.release));

dropStrangersDrafts();
restoreDrafts();
if (card()) {
  count();
  hold();
  if (document.activeElement === document.body) card().focus({ preventScroll: true });
}
follow(room, { rowOf, card, words, count });
