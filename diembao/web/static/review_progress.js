// How far the queue is: what the rows say; the pace is that of this sitting, or the server's where it has just begun.
import { onShown } from "./review_cards.js";
import { isSample, rows, waits, words } from "./review_page.js";

/** Longer than this between two decisions is a pause, of which the pace knows nothing. */
const PAUSE_S = 120;
/** Decisions that tell the pace, the last ones; fewer than the least tell none. */
const LAST = 20;
const LEAST = 5;
/** Articles that go with one decision at most, those of the same text; more are a whole list. */
const ALONG = 9;
const sitting = { at: Date.now(), left: null, spent: [] };

/** Return the median of the seconds that each of the last decisions took, pauses and whole lists apart; 0: too few. */
function pace(left) {
  const at = Date.now();
  const decided = sitting.left === null ? 0 : sitting.left - left;
  if (decided > 0) {
    const seconds = (at - sitting.at) / 1000;
    if (decided <= ALONG && seconds <= PAUSE_S) sitting.spent = [...sitting.spent, seconds / decided].slice(-LAST);
  }
  if (decided !== 0 || sitting.left === null) Object.assign(sitting, { at, left });
  if (sitting.spent.length < LEAST) return 0;
  return sitting.spent.toSorted((a, b) => a - b)[Math.floor(sitting.spent.length / 2)];
}

export function count() {
  const progress = document.getElementById("progress");
  const counted = rows().filter((row) => !isSample(row));
  const left = counted.filter(waits).length;
  const seconds = pace(left) || Number(progress.dataset.pace);
  const minutes = Math.ceil((left * seconds) / 60);
  const told = seconds > 0 ? (minutes > 60 ? words.progress_long : words.progress_pace) : words.progress;
  const text = counted.length === 0 ? words.nothing : left === 0 ? words.done : told;
  const bar = progress.querySelector("progress");
  bar.max = Math.max(counted.length, 1);
  bar.value = counted.length - left;
  const fill = { done: bar.value, all: counted.length, minutes };
  progress.querySelector("span").textContent = text.replace(/\{(\w+)\}/g, (_, name) => fill[name]);
}
onShown(count);
