// Keys of the room. A key clicks the control that carries its name in `data-key`; a key without a control does nothing.
import { go } from "./review_cards.js";
import { isBusy } from "./review_forms.js";
import { card, isTyping, neighbour, openKey, room, rowOf } from "./review_page.js";
import { enterPanel, openPanel, showTicked } from "./review_panels.js";

const actions = new Map(Object.entries(JSON.parse(room.dataset.keys)).map(([action, key]) => [key, action]));

function pressed(event) {
  // An input method that holds the key back ("Process") still names the key itself.
  if (event.key === "Process" && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  if (event.key.length === 1 && /\p{L}/u.test(event.key)) return event.shiftKey ? "" : event.key.toLowerCase();
  return event.key;
}

function inPanel(panel, key) {
  if (key === "Escape") {
    panel.open = false;
    card().focus({ preventScroll: true });
    return true;
  }
  const choice = panel.querySelector(`[data-digit="${CSS.escape(key)}"]`);
  if (choice) {
    if (isTyping(choice)) choice.focus();
    else choice.click();
    return true;
  }
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const controls = [...panel.querySelectorAll("input:not([type=hidden]), textarea, select, button")];
  const at = controls.indexOf(document.activeElement) + (key === "ArrowDown" ? 1 : -1);
  controls[(at + controls.length) % controls.length]?.focus();
  return true;
}

function act(action) {
  if (action === "next") return go(neighbour(1));
  if (action === "previous") return go(neighbour(-1));
  if (action === "mark") {
    const box = rowOf(openKey())?.querySelector("input");
    if (box) box.checked = !box.checked;
    return showTicked();
  }
  const control = document.querySelector(`[data-key="${action}"]`);
  if (!control) return undefined;
  if (isTyping(control)) {
    control.closest("details")?.setAttribute("open", "");
    return control.focus();
  }
  if (!control.matches("summary")) return control.click();
  control.focus({ preventScroll: true });
  control.click();
  // Told of only later, by an event: a quick hand has typed on by then.
  if (control.parentElement.open) enterPanel(control.parentElement);
  return undefined;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    // Escape leaves a field; what was typed stays in it.
    if (event.key === "Escape") card()?.focus({ preventScroll: true });
    return;
  }
  const key = pressed(event);
  const panel = openPanel();
  if (panel && !isBusy() && !event.repeat && inPanel(panel, key)) {
    event.preventDefault();
    return;
  }
  const action = actions.get(key);
  if (!action) return;
  event.preventDefault();
  // A key that is held down, or comes before the card does, decides nothing.
  if (isBusy() || (event.repeat && action !== "next" && action !== "previous")) return;
  if (panel && action !== panel.dataset.panel) panel.open = false;
  act(action);
});
