// The desk's core: forms sent without leaving the page, a toast with "undo", keys with their help, live events.
// Everything here is an addition: each form and link works without it. Rooms import what they need:
//   import { keys, send, swap, toast, listen } from "./desk.js";

const TYPED = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";

/** Asks for a path or sends a form, and gives {ok, status, url, html, notice}: the content of the page that answers. */
export async function ask(address, options = {}) {
  const answer = await fetch(address, {
    credentials: "same-origin",
    ...options,
    headers: { "X-Fragment": options.part || "1", ...(options.headers || {}) },
  });
  const target = new URL(answer.url);
  if (target.origin !== location.origin || target.pathname === "/sign-in") {
    location.assign(target.pathname + target.search);
    return new Promise(() => {});
  }
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const told = holder.content.querySelector("template[data-notice]");
  told?.remove();
  return { ok: answer.ok, status: answer.status, url: target, content: holder.content, notice: told?.content || null };
}

/** Sends a form with its button by fetch; the promise is that of `ask`. */
export function send(form, button = null, more = {}) {
  const body = new URLSearchParams(new FormData(form, button));
  return ask(button?.formAction && button.hasAttribute("formaction") ? button.formAction : form.action, {
    method: "POST",
    body,
    ...more,
  });
}

/** Puts a fragment in place of what an element holds, and keeps the focus where it was. */
export function swap(element, content) {
  const focused = document.activeElement?.id;
  element.replaceChildren(content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  element.dispatchEvent(new CustomEvent("desk:swapped", { bubbles: true }));
}

/** Shows a message (a text, or the content of a notice with its form "undo") for some seconds, and to screen readers. */
export function toast(message, seconds = 8) {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  const shown = document.createElement("div");
  shown.className = "toast";
  if (typeof message === "string") {
    const words = document.createElement("p");
    words.textContent = message;
    shown.append(words);
  } else {
    const notice = message.querySelector(".notice");
    shown.append(...(notice ? notice.childNodes : message.childNodes));
  }
  place.replaceChildren(shown);
  let timer = setTimeout(() => shown.remove(), seconds * 1000);
  shown.addEventListener("pointerenter", () => clearTimeout(timer));
  shown.addEventListener("focusin", () => clearTimeout(timer));
  shown.addEventListener("pointerleave", () => {
    timer = setTimeout(() => shown.remove(), seconds * 1000);
  });
  return shown;
}

const bound = new Map();

/**
 * Binds keys: [{key: "a", label: "Approve", act: () => {…}}, …]. Never with Ctrl, Alt or Meta, and never while somebody
 * types. A key that is bound again is bound anew. `?` shows them all.
 */
export function keys(table) {
  for (const entry of table) bound.set(entry.key, entry);
}

export function unbind(key) {
  bound.delete(key);
}

export function isTyping(target) {
  return target instanceof Element && target.closest(TYPED) !== null;
}

function showHelp() {
  let dialog = document.getElementById("keys-help");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "keys-help";
    document.body.append(dialog);
  }
  const words = document.body.dataset;
  const head = document.createElement("h2");
  head.textContent = words.keysTitle || "?";
  head.id = "keys-help-h";
  dialog.setAttribute("aria-labelledby", head.id);
  const list = document.createElement("dl");
  for (const entry of bound.values()) {
    const name = document.createElement("dt");
    const cap = document.createElement("kbd");
    cap.textContent = entry.shown || entry.key;
    name.append(cap);
    const what = document.createElement("dd");
    what.textContent = entry.label;
    list.append(name, what);
  }
  const close = document.createElement("form");
  close.method = "dialog";
  const button = document.createElement("button");
  button.textContent = words.close || "×";
  close.append(button);
  dialog.replaceChildren(head, list, close);
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?" && bound.size) {
    event.preventDefault();
    showHelp();
    return;
  }
  const entry = bound.get(event.key);
  if (!entry || (event.repeat && !entry.repeats)) return;
  // Enter and the blank belong to the link or button that has the focus.
  if ((event.key === "Enter" || event.key === " ") && event.target.closest?.("a, button, summary")) return;
  event.preventDefault();
  entry.act(event);
});

/**
 * Live events: listen("/review/live", {held: (data) => {…}}). Gives up quietly when the server does not answer, and
 * leaves the page as it is; returns a function that ends it.
 */
export function listen(address, handlers, tries = 5) {
  let source = null;
  let failed = 0;
  let timer = 0;
  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failed = 0;
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        let data = null;
        try {
          data = JSON.parse(event.data);
        } catch {
          return;
        }
        handle(data);
      });
    }
    source.onerror = () => {
      source.close();
      failed += 1;
      if (failed < tries) timer = setTimeout(open, Math.min(60, 2 ** failed) * 1000);
    };
  };
  open();
  const stop = () => {
    clearTimeout(timer);
    source?.close();
  };
  addEventListener("pagehide", stop, { once: true });
  return stop;
}

// Forms marked data-fragment="ID": sent by fetch, the answer put into that element; on any trouble sent as usual.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const into = form instanceof HTMLFormElement && form.dataset.fragment && document.getElementById(form.dataset.fragment);
  if (!into || event.defaultPrevented || form.method !== "post") return;
  event.preventDefault();
  let answer = null;
  try {
    answer = await send(form, event.submitter);
  } catch {
    form.removeAttribute("data-fragment");
    form.requestSubmit(event.submitter);
    return;
  }
  swap(into, answer.content);
  if (answer.notice) toast(answer.notice);
});

// A form that was sent once is not sent again by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
