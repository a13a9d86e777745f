// What others do meanwhile, by server-sent events. Without them a reload shows the same.

/**
 * Follow the stream of the review room: states of rows, and who has which article open.
 * The words stand in the page; the stream carries codes, keys and names, and they are shown as text.
 */
export function follow(room, { rowOf, openKey, card, words, changed }) {
  let stream = null;
  let holds = new Map();
  let since = Number(room.dataset.since);

  function put(row, name, text) {
    const old = row.querySelector(`:scope > .${name}`);
    if (!text) old?.remove();
    else if (old) old.textContent = text;
    else row.insertBefore(Object.assign(document.createElement("b"), { className: name, textContent: text }), row.querySelector(":scope > details"));
  }

  function showHolds() {
    for (const row of document.querySelectorAll("#queue li:has(> .held)")) if (!holds.has(row.id)) put(row, "held", "");
    for (const [key, name] of holds) {
      const row = rowOf(key);
      if (row) put(row, "held", words.held.replace("{name}", name));
    }
    const place = document.getElementById("meanwhile");
    if (!place) return;
    const row = rowOf(openKey());
    const isStale = row && Number(row.dataset.version ?? 0) > Number(card().dataset.version);
    const name = holds.get(openKey());
    let text = name ? words.held.replace("{name}", name) : "";
    if (isStale) text = words.moved.replace("{name}", row.dataset.by || "?");
    if (place.textContent !== text) place.textContent = text;
  }

  /** Put what others, or this account, did into the rows: {reviews: [...], holds: [...]}. */
  function take(message) {
    for (const change of message.reviews ?? []) {
      const row = rowOf(change.item);
      if (!row || Number(row.dataset.version ?? 0) >= change.version) continue;
      if (change.state === "new") delete row.dataset.state;
      else row.dataset.state = change.state;
      row.dataset.version = change.version;
      row.dataset.by = change.name;
      row.toggleAttribute("data-star", change.star);
      row.querySelector(":scope > input").value = `${change.item}.${change.version}`;
      put(row, "s", change.state === "new" ? "" : words[change.state]);
    }
    if (message.holds) {
      const others = message.holds.filter((one) => one.account !== Number(room.dataset.account));
      holds = new Map(others.map((one) => [one.item, one.name]));
    }
    if (message.at) since = message.at;
  }

  function open() {
    if (stream || document.hidden || !("EventSource" in window)) return;
    stream = new EventSource(`${room.dataset.live}?since=${since}`);
    stream.addEventListener("message", (event) => {
      take(JSON.parse(event.data));
      showHolds();
      changed();
    });
  }
  function close() {
    stream?.close();
    stream = null;
  }
  // A tab in the background costs no stream; it catches up when it is looked at again.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
  return { take, showHolds };
}
