// Panels of the card: one is open at a time; and the ticked articles, which a merge would join.
import { linkOf, openKey, rows } from "./review_page.js";

export const openPanel = () => document.querySelector("#review details[data-panel][open]");

/** Show which articles a merge would join to the open one. */
export function showTicked() {
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

/** Give the focus to the first control of an open panel: what is typed next is its, and no key of the room. */
export function enterPanel(panel) {
  const controls = ["[data-first]", "textarea", "select", ".choices button", "input:not([type=hidden])", "button"];
  controls.map((one) => panel.querySelector(one)).find(Boolean)?.focus({ preventScroll: true });
}

document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (!panel.matches("details[data-panel]") || !panel.open) return;
    for (const other of document.querySelectorAll("details[data-panel][open]")) if (other !== panel) other.open = false;
    if (!panel.contains(document.activeElement)) return;
    if (document.activeElement.matches("summary")) enterPanel(panel);
    showTicked();
    // Where the panels scroll by themselves, their row of names stays in sight.
    const panels = panel.closest(".panels");
    if (panels && getComputedStyle(panels).overflowY === "auto") panels.scrollTop = 0;
    else panel.scrollIntoView({ block: "nearest" });
  },
  true,
);
