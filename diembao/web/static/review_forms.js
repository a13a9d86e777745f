// Forms of the room: what they do comes back as fragments, and the next card with it.
import { onShown, passOver, shown } from "./review_cards.js";
import { dropDraft } from "./review_drafts.js";
import { ask } from "./review_fragments.js";
import { below, card, nextToReview, openKey, room, say, words } from "./review_page.js";
import { showTicked } from "./review_panels.js";
import { hasUnsavedTopics, mayLeave } from "./review_topics.js";

let busy = false;
/** Whether an answer is waited for: nobody decides on a card that is not shown yet. */
export const isBusy = () => busy;

/** The article below which a list was counted and not marked yet; "": none. */
let countedBelow = "";
onShown(() => (countedBelow = ""));

function dataOf(form, button) {
  const data = new URLSearchParams(new FormData(form));
  if (button?.name) data.append(button.name, button.value);
  if (form.hasAttribute("data-advance")) {
    // Those of the same text go with the article, unless they are unticked: the next is another.
    const isWhole = form.querySelector("[name=whole]:checked");
    const next = nextToReview(new Set(isWhole ? data.getAll("reprint").map((token) => token.split(".")[0]) : []));
    if (next) data.set("next", next.id);
  }
  if (form.getAttribute("action") === "/review/undo") data.set("item", openKey());
  if (button?.hasAttribute("data-below")) for (const row of below()) data.append("item", row.querySelector("input").value);
  return data;
}

/** Whole lists are marked only after their number was shown: by the same key once more, or the button beside it. */
function isSure(button) {
  if (!button?.hasAttribute("data-below") || countedBelow === openKey()) return true;
  const many = below().length;
  if (many === 0) {
    say(words.below_none);
    return false;
  }
  say(words.below_ask.replace("{n}", many));
  const yes = Object.assign(document.createElement("button"), { type: "button", className: "second small", textContent: words.below_yes.replace("{n}", many) });
  yes.addEventListener("click", () => button.click());
  document.getElementById("told").append(yes);
  countedBelow = openKey();
  return false;
}

function setAll(data, name, values) {
  data.delete(name);
  for (const value of values) data.append(name, value);
}

/** Store the ticked topics of the open article, which the card that comes next would not show; false: refused. */
async function saveTopics() {
  const form = document.getElementById("topics-form");
  const answer = await ask(form.getAttribute("action"), { method: "POST", body: dataOf(form, null) });
  return Boolean(answer?.ok);
}

async function send(form, button) {
  if (busy || !isSure(button)) return;
  const isUndo = form.getAttribute("action") === "/review/undo";
  if (isUndo && !mayLeave()) return;
  countedBelow = "";
  busy = true;
  room.setAttribute("aria-busy", "true");
  passOver();
  const before = openKey();
  const kept = [...form.querySelectorAll("[data-keep]")];
  try {
    const along = !isUndo && form.id !== "topics-form" && hasUnsavedTopics();
    if (along && !(await saveTopics())) return;
    const data = dataOf(form, button);
    // The form is that of the card before its topics were stored: the article has another version now.
    const isOpen = (token) => token.startsWith(`${before}.`);
    if (along && data.has("item")) setAll(data, "item", data.getAll("item").map((token) => (isOpen(token) ? `${before}.${card().dataset.version}` : token)));
    if (along && isOpen(data.get("with") ?? "")) data.set("with", `${before}.${card().dataset.version}`);
    const answer = await ask(form.getAttribute("action"), { method: "POST", body: data });
    if (!answer) return;
    if (along && answer.ok) document.getElementById("told").prepend(Object.assign(document.createElement("p"), { textContent: words.topics_saved }));
    if (answer.ok) {
      kept.forEach(dropDraft);
      for (const box of document.querySelectorAll("#queue input:checked")) box.checked = false;
      showTicked();
      for (const field of document.querySelectorAll("#card [data-keep]")) if (kept.some((one) => one.dataset.keep === field.dataset.keep)) field.value = "";
    }
    if (card().dataset.address) history.replaceState(null, "", card().dataset.address);
    shown({ focus: openKey() !== before || !card().contains(document.activeElement) });
  } catch {
    say(words.offline);
  } finally {
    busy = false;
    room.removeAttribute("aria-busy");
  }
}

document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-review]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  },
  true,
);
