// Topics that were ticked and not saved: they go with what is done to the article, and are asked about before it is left.
import { openKey, say, words } from "./review_page.js";

/** The article that may be left without its ticks, because somebody was asked; "": none. */
let asked = "";

/** Whether the boxes of the open article are ticked otherwise than it is stored. */
export const hasUnsavedTopics = () => {
  const form = document.getElementById("topics-form");
  return Boolean(form) && [...form.querySelectorAll("input[type=checkbox]")].some((box) => box.checked !== box.defaultChecked);
};

/** Whether another article may take the place of the open one; where ticks would be lost, it asks once. */
export function mayLeave() {
  if (!hasUnsavedTopics() || asked === openKey()) return true;
  asked = openKey();
  say(words.topics_unsaved);
  const save = Object.assign(document.createElement("button"), { type: "button", className: "second small", textContent: words.topics_save });
  save.addEventListener("click", () => document.getElementById("topics-form")?.requestSubmit());
  document.getElementById("told").append(save);
  return false;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("#topics-form input")) asked = "";
});
addEventListener("beforeunload", (event) => {
  if (hasUnsavedTopics()) event.preventDefault();
});
