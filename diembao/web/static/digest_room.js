// A lead that was typed and not saved stays in this tab, for this account and day alone, until it is saved or discarded.

const PREFIX = "diembao-lead:";
const lead = document.getElementById("lead");
const unsaved = document.getElementById("lead-unsaved");
const name = PREFIX + lead.dataset.keep;
const mine = `${PREFIX}${lead.dataset.keep.split(":")[0]}:`;
const squeezed = (text) => text.trim().replace(/\s+/g, " ");
const isSaved = () => squeezed(lead.value) === squeezed(lead.defaultValue);
let leaving = false;

function keep() {
  if (isSaved()) sessionStorage.removeItem(name);
  else sessionStorage.setItem(name, lead.value);
  unsaved.hidden = isSaved();
}

for (const other of Object.keys(sessionStorage)) {
  if (other.startsWith(PREFIX) && !other.startsWith(mine)) sessionStorage.removeItem(other); // another account's
}
lead.value = sessionStorage.getItem(name) ?? lead.value;
keep();
lead.addEventListener("input", keep);
document.getElementById("lead-drop").addEventListener("click", () => {
  lead.value = lead.defaultValue;
  keep();
  lead.focus();
});
document.getElementById("draft").addEventListener("submit", () => {
  leaving = true;
});
addEventListener("pageshow", () => {
  leaving = false;
  keep();
});
addEventListener("beforeunload", (event) => {
  if (!leaving && !isSaved()) event.preventDefault();
});
