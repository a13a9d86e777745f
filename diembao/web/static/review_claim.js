// The soft claim: others see who has an article open, as long as that person does something.
import { onShown } from "./review_cards.js";
import { openKey, room } from "./review_page.js";

const HEARTBEAT_MS = 30_000;
/** Without a key or a click for this long the claim is left to end. */
const IDLE_MS = 5 * 60_000;
let lastUse = Date.now();

function tell(address) {
  const item = openKey();
  if (!item) return;
  const body = new URLSearchParams({ item, csrf: room.dataset.csrf });
  fetch(address, { method: "POST", body, headers: { "X-Fragment": "1" }, keepalive: true }).catch(() => undefined);
}

function hold() {
  if (!document.hidden && Date.now() - lastUse < IDLE_MS) tell(room.dataset.hold);
}

for (const used of ["click", "input", "keydown"]) document.addEventListener(used, () => (lastUse = Date.now()), true);
setInterval(hold, HEARTBEAT_MS);
addEventListener("pagehide", () => tell(room.dataset.release));
onShown(hold);
