// The open card: asked for by its address, and what the page does once it stands there.
import { ask } from "./review_fragments.js";
import { card, linkOf, neighbour, openKey, rowOf, say, words } from "./review_page.js";
import { mayLeave } from "./review_topics.js";

const listeners = [];
let newest = 0;

/** Call `listener` after each card that took its place. */
export const onShown = (listener) => listeners.push(listener);

/** Let cards that were asked for and have not come be passed over. */
export const passOver = () => ++newest;

export async function show(address) {
  if (!mayLeave()) return;
  const turn = passOver();
  try {
    if (!(await ask(address, {}, () => turn === newest))) return;
    history.replaceState(null, "", address);
    shown();
  } catch {
    say(words.offline);
  }
}

export function go(row) {
  const link = linkOf(row);
  if (link) show(link.href);
}

/** After a card took its place. */
export function shown({ focus = true } = {}) {
  for (const link of document.querySelectorAll("#queue [aria-current]")) link.removeAttribute("aria-current");
  const row = rowOf(openKey());
  if (linkOf(row)) point(row);
  for (const [id, step] of [["previous", -1], ["next", 1]]) {
    const href = linkOf(neighbour(step))?.getAttribute("href");
    if (href) document.getElementById(id)?.setAttribute("href", href);
  }
  if (focus) {
    card().focus({ preventScroll: true });
    const top = card().getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) card().scrollIntoView({ block: "start" });
  }
  for (const listener of listeners) listener();
}

/** Show in the queue which row is open, and in the row what its card says. */
function point(row) {
  const link = linkOf(row);
  for (let fold = row.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  link.setAttribute("aria-current", "true");
  const list = document.getElementById("queue");
  if (list.scrollHeight > list.clientHeight) {
    // The list alone is scrolled: scrollIntoView would move the page as well.
    const place = link.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    if (place.top < frame.top + 40 || place.bottom > frame.bottom - 80) list.scrollTop += place.top - frame.top - frame.height / 3;
  }
  // A tone that a person corrected: the row says it too.
  const note = row.querySelector(":scope > span > i");
  if (card().dataset.tone !== "negative") note?.remove();
  else if (!note) row.querySelector(":scope > span").append(Object.assign(document.createElement("i"), { textContent: " · ▼" }));
  const asks = document.getElementById("asks");
  if (asks) asks.textContent = row.closest("[data-asks]")?.dataset.asks ?? "";
}
