// Half-typed words stay in this tab, for this account alone, until they are sent.
import { onShown } from "./review_cards.js";
import { room, rowOf } from "./review_page.js";

const PREFIX = "diembao:";
const MINE = `${PREFIX}${room.dataset.account}:`;

function storeDraft(field) {
  if (field.value.trim()) sessionStorage.setItem(MINE + field.dataset.keep, field.value);
  else sessionStorage.removeItem(MINE + field.dataset.keep);
  markDraft(field.dataset.keep);
}

export function dropDraft(field) {
  field.value = "";
  storeDraft(field);
}

function restoreDrafts() {
  for (const field of document.querySelectorAll("#card [data-keep]")) {
    const kept = sessionStorage.getItem(MINE + field.dataset.keep);
    if (!kept || field.value) continue;
    field.value = kept;
    field.closest("details")?.setAttribute("open", "");
  }
}

/** Show in the row of an article whether words about it are half typed; `name` begins with its key. */
function markDraft(name) {
  const key = name.split(":")[0];
  const kept = Object.keys(sessionStorage).some((one) => one === MINE + key || one.startsWith(`${MINE}${key}:`));
  rowOf(key)?.toggleAttribute("data-draft", kept);
}

for (const name of Object.keys(sessionStorage)) {
  if (name.startsWith(MINE)) markDraft(name.slice(MINE.length));
  else if (name.startsWith(PREFIX)) sessionStorage.removeItem(name); // another account's
}
onShown(restoreDrafts);
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-keep]")) storeDraft(event.target);
});
