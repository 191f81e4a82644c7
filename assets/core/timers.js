import { words } from "./words.js";

const SOON_S = 120;

/** First-contact timers, drawn by the server, count on each second; only a change of state reaches screen readers. */
export function tickTimers() {
  setInterval(() => {
    if (!document.hidden) document.querySelectorAll("[data-timer]").forEach(tick);
  }, 1000);
}

function tick(timer) {
  const left = Math.round((Date.parse(timer.dataset.timer) - Date.now()) / 1000);
  const state = left < 0 ? "late" : left <= SOON_S ? "soon" : "calm";
  timer.querySelector("[data-timer-text]").textContent = sentence(left);
  if (timer.dataset.state === state) return;
  timer.dataset.state = state;
  timer.querySelector("[data-timer-state]").textContent = words(`timer_${state}`);
}

function sentence(left) {
  const seconds = Math.abs(left);
  const values = { hours: Math.floor(seconds / 3600), minutes: Math.floor(seconds / 60), seconds: seconds % 60 };
  if (values.hours >= 1) values.minutes %= 60;
  const unit = values.hours >= 1 ? "hours" : left >= 0 || seconds < 60 ? "seconds" : "minutes";
  return words(`timer_${left < 0 ? "late" : "left"}_${unit}`, values);
}
