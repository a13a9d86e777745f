// What the review room's page holds: the open card, the rows of the queue, and how one goes from row to row.

export const room = document.getElementById("review");
export const words = JSON.parse(room.dataset.words);

export const card = () => document.getElementById("card");
export const openKey = () => card()?.dataset.item ?? "";
export const rows = () => [...document.querySelectorAll("#queue li[id]")];
export const rowOf = (key) => (key ? document.querySelector(`#queue li#${CSS.escape(key)}`) : null);
export const linkOf = (row) => row?.querySelector(":scope > a") ?? null;
/** A row carries its state only where somebody decided. */
export const stateOf = (row) => row.dataset.state ?? "new";
export const isSample = (row) => row.closest(".sample") !== null;
/** Whether a row waits for a review; rows of the samples are none of the day's work. */
export const waits = (row) => stateOf(row) === "new" && !isSample(row);
const isFolded = (row) => row.parentElement.closest("details:not([open])") !== null;

export const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.matches("textarea, select") ||
    (element.matches("input") && !["checkbox", "radio", "button", "submit", "reset"].includes(element.type)));

/** The row after (1) or before (-1) the open one; those in closed folds are passed over. */
export function neighbour(step) {
  const all = rows();
  const at = all.findIndex((row) => row.id === openKey());
  const order = step > 0 ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse();
  return order.find((row) => !isFolded(row)) ?? null;
}

/** The next row that waits, from the top again after the last one; none of `along`, which are decided on together. */
export function nextToReview(along) {
  const all = rows();
  const at = all.findIndex((row) => row.id === openKey());
  const order = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))];
  return order.find((row) => waits(row) && !isFolded(row) && !along.has(row.id)) ?? null;
}

/** Rows below the open one that wait: what "all below" is about. */
export function below() {
  const all = rows();
  return all.slice(all.findIndex((one) => one.id === openKey()) + 1).filter(waits);
}

/** Say something in the region that is read aloud. */
export function say(text) {
  document.getElementById("told").replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
}
