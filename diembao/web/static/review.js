// The review room. Without scripts every control of the page works as a link or a form.
import { follow } from "./live.js";
import { onShown, show, shown } from "./review_cards.js";
import "./review_claim.js";
import "./review_drafts.js";
import { countsChanged } from "./review_filters.js";
import "./review_forms.js";
import { ROWS_CHANGED } from "./review_fragments.js";
import "./review_keys.js";
import { card, openKey, room, rowOf, words } from "./review_page.js";
import { count } from "./review_progress.js";

const live = follow(room, {
  rowOf,
  openKey,
  card,
  words,
  changed: () => {
    count();
    countsChanged();
  },
});
document.addEventListener(ROWS_CHANGED, (event) => {
  live.take({ reviews: event.detail });
  if (event.detail.length) countsChanged();
});
onShown(live.showHolds);

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const opener = event.target.closest("[data-dialog]");
  const link = event.target.closest("a[data-card]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  else if (link) show(link.href);
  else return;
  event.preventDefault();
});

if (card()) shown({ focus: document.activeElement === document.body && !location.hash });
