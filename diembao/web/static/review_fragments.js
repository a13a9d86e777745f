// Answers of the desk as fragments: every element with `data-swap` takes the place of the one with its id.
import { say, words } from "./review_page.js";

/** Told, with what the rows are now, before an answer's elements take their places. */
export const ROWS_CHANGED = "review:rows-changed";

function swap(answer) {
  const parts = [...answer.querySelectorAll("[data-swap]")];
  for (const part of parts) {
    const old = document.getElementById(part.id);
    if (part.id === "changed") document.dispatchEvent(new CustomEvent(ROWS_CHANGED, { detail: JSON.parse(part.dataset.rows) }));
    if (!old) continue;
    const fresh = document.importNode(part, true);
    // A region that is read aloud has to stay: only its content is new.
    if (part.dataset.swap === "inside") old.replaceChildren(...fresh.childNodes);
    else old.replaceWith(fresh);
  }
  return parts.length > 0;
}

/** Ask for a page's fragments; null where the session has ended: what is half typed is kept, and sign-in is asked for. */
export async function fetchFragments(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "X-Fragment": "1" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.redirected) return { answer, page };
  location.assign(location.href);
  return null;
}

/** Ask for fragments and put them on the page; null where the answer holds none: what it says is shown instead. */
export async function ask(address, options = {}, isWanted = () => true) {
  const found = await fetchFragments(address, options);
  if (!found || !isWanted()) return null;
  if (swap(found.page)) return found.answer;
  say(found.page.querySelector(".error p")?.textContent || (found.answer.status === 503 ? words.busy : words.failed));
  return null;
}
