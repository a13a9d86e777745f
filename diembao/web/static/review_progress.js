// How far the queue is: what the rows say; the pace is that of this sitting, or the server's where it has just begun.
import { onShown } from "./review_cards.js";
import { isSample, rows, waits, words } from "./review_page.js";

const sitting = { at: Date.now(), left: null };

export function count() {
  const progress = document.getElementById("progress");
  const counted = rows().filter((row) => !isSample(row));
  const left = counted.filter(waits).length;
  sitting.left ??= left;
  const mine = sitting.left - left;
  const seconds = mine >= 5 ? (Date.now() - sitting.at) / 1000 / mine : Number(progress.dataset.pace);
  const text = left === 0 ? words.done : seconds > 0 ? words.progress_pace : words.progress;
  const bar = progress.querySelector("progress");
  bar.max = Math.max(counted.length, 1);
  bar.value = counted.length - left;
  const fill = { done: bar.value, all: counted.length, minutes: Math.ceil((left * seconds) / 60) };
  progress.querySelector("span").textContent = text.replace(/\{(\w+)\}/g, (_, name) => fill[name]);
}
onShown(count);
