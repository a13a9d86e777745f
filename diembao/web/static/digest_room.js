// Words that were typed and not saved stay in this tab, for this account and day alone, until they are saved or discarded.

const PREFIX = "diembao-digest:";
const boxes = [...document.querySelectorAll("textarea[data-keep]")];
const nameOf = (box) => PREFIX + box.dataset.keep;
const noteOf = (box) => box.closest("section").querySelector(".unsaved");
const squeezed = (text) => text.trim().replace(/\s+/g, " ");
const isSaved = (box) => squeezed(box.value) === squeezed(box.defaultValue);
let leaving = false;

function keep(box) {
  if (isSaved(box)) sessionStorage.removeItem(nameOf(box));
  else sessionStorage.setItem(nameOf(box), box.value);
  noteOf(box).hidden = isSaved(box);
}

const mine = `${PREFIX}${boxes[0].dataset.keep.split(":")[0]}:`;
for (const other of Object.keys(sessionStorage)) {
  if (other.startsWith(PREFIX) && !other.startsWith(mine)) sessionStorage.removeItem(other); // another account's
}
for (const box of boxes) {
  box.value = sessionStorage.getItem(nameOf(box)) ?? box.value;
  keep(box);
  box.addEventListener("input", () => keep(box));
  noteOf(box).querySelector("button").addEventListener("click", () => {
    box.value = box.defaultValue;
    keep(box);
    box.focus();
  });
}
document.getElementById("draft").addEventListener("submit", () => {
  leaving = true;
});
addEventListener("pageshow", () => {
  leaving = false;
  boxes.forEach(keep);
});
addEventListener("beforeunload", (event) => {
  if (!leaving && !boxes.every(isSaved)) event.preventDefault();
});
