// Numbers beside the filters: asked for anew when somebody looks at them after something was decided or corrected.
import { fetchFragments } from "./review_fragments.js";

/** Wait for the last of several acts that follow one another. */
const PAUSE_MS = 700;
const fold = document.getElementById("filters");
let isOld = false;
let timer = 0;

/** Tell that the numbers may be others now. */
export function countsChanged() {
  isOld = true;
  clearTimeout(timer);
  if (fold.open) timer = setTimeout(refresh, PAUSE_MS);
}

async function refresh() {
  if (!isOld) return;
  isOld = false;
  const asked = new URL(location.href);
  asked.searchParams.delete("item");
  asked.searchParams.set("part", "filters");
  try {
    const found = await fetchFragments(asked);
    if (found?.answer.ok) for (const fresh of found.page.querySelectorAll("select")) renew(fresh);
  } catch {
    isOld = true; // they are asked for again with the next act
  }
}

/** Put new numbers into a list, in which a choice that was not sent yet stays. */
function renew(fresh) {
  const list = fold.querySelector(`select[name="${fresh.name}"]`);
  if (!list) return;
  const chosen = list.value;
  list.replaceChildren(...document.importNode(fresh, true).childNodes);
  list.value = chosen;
  if (list.value !== chosen) list.value = "";
}

fold.addEventListener("toggle", () => fold.open && refresh());
