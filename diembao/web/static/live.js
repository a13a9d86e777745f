// What others do meanwhile, by server-sent events. Without them a reload shows the same.

/**
 * Follow the stream of the review room: states of rows, and who has which card open.
 * The words stand in the page; the stream carries codes, keys and names, and they are shown as text.
 */
export function follow(room, { rowOf, card, words, count }) {
  if (!room.dataset.live || !("EventSource" in window)) return;
  let stream = null;
  let holds = new Map();

  function put(row, name, text) {
    const old = row.querySelector(`.${name}`);
    if (!text) old?.remove();
    else if (old) old.textContent = text;
    else row.append(Object.assign(document.createElement("span"), { className: name, textContent: text }));
  }

  function tellCard(text) {
    const place = document.getElementById("meanwhile");
    if (place && place.textContent !== text) place.textContent = text;
  }

  function showHolds() {
    for (const row of document.querySelectorAll("#queue [data-held]")) {
      if (holds.has(row.dataset.item)) continue;
      delete row.dataset.held;
      put(row, "held", "");
    }
    for (const [key, name] of holds) {
      const row = rowOf(key);
      if (!row) continue;
      row.dataset.held = "";
      put(row, "held", words.held.replace("{name}", name));
    }
    const open = card();
    if (!open) return;
    const name = holds.get(open.dataset.item);
    const row = rowOf(open.dataset.item);
    const moved = row && Number(row.dataset.version) > Number(open.dataset.version);
    tellCard(moved ? words.moved.replace("{name}", row.dataset.by || "?") : name ? words.held.replace("{name}", name) : "");
  }

  function take(message) {
    for (const change of message.reviews ?? []) {
      const row = rowOf(change.item);
      if (!row || Number(row.dataset.version) >= change.version) continue;
      row.dataset.state = change.state;
      row.dataset.version = change.version;
      row.dataset.by = change.name;
      row.toggleAttribute("data-star", change.star);
      const box = row.querySelector("input");
      if (box) box.value = `${change.item}.${change.version}`;
      put(row, "s", change.state === "new" ? "" : words[change.state]);
    }
    if (message.holds) holds = new Map(message.holds.filter((h) => h.account !== Number(room.dataset.account)).map((h) => [h.item, h.name]));
    showHolds();
    count();
  }

  function open() {
    if (stream || document.hidden) return;
    stream = new EventSource(room.dataset.live);
    stream.addEventListener("message", (event) => take(JSON.parse(event.data)));
  }
  function close() {
    stream?.close();
    stream = null;
  }
  // A tab in the background costs no stream; it catches up when it is looked at again.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  document.addEventListener("card-shown", showHolds);
  open();
}
