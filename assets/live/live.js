import htmx from "htmx.org/dist/htmx.esm.js";
import { announce, words } from "../core/words.js";
import { LiveStream } from "./stream.js";

const waiting = new Set(); // topics that changed while the tab was hidden

/** Hear what happened, refresh what shows it: `hx-trigger="live:inbox from:body"`. */
export function goLive() {
  const { liveToken, livePoll, liveWorker, liveStaff } = document.body.dataset;
  if (!liveToken) return;
  const settings = {
    tokenUrl: new URL(liveToken, location.href).href,
    pollUrl: new URL(livePoll, location.href).href,
    staff: liveStaff,
    csrf: document.querySelector("meta[name=csrf-token]").content,
  };
  if (window.SharedWorker) joinWorker(liveWorker, settings);
  else new LiveStream({ onNotice: receive, onUnread: showUnread, onState: showState }).start(settings);
  document.addEventListener("visibilitychange", catchUp);
}

function joinWorker(address, settings) {
  const { port } = new SharedWorker(address, { name: "wutong-live" });
  port.onmessage = ({ data }) => {
    if (data.notice) receive(data.notice);
    if ("unread" in data) showUnread(data.unread);
    if (data.state) showState(data.state);
  };
  port.postMessage({ settings });
  window.addEventListener("pagehide", () => port.postMessage({ leaving: true }));
  window.addEventListener("pageshow", (event) => event.persisted && port.postMessage({ settings }));
}

function receive({ id, topics }) {
  for (const topic of ["notices", ...topics]) waiting.add(topic);
  if (document.hidden) return;
  catchUp();
  if (id) showToast(id); // 0: nothing to tell, only something to refresh
}

function catchUp() {
  if (document.hidden) return;
  for (const topic of waiting) document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
  waiting.clear();
}

async function showToast(id) {
  const template = document.body.dataset.liveToast;
  const response = await fetch(template.replace("/0/", `/${id}/`), { headers: { "HX-Request": "true" } });
  if (response.status !== 200) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const region = document.getElementById("toasts");
  region.append(...parsed.body.children);
  htmx.process(region);
}

function showUnread(count) {
  const badge = document.getElementById("bell-count");
  if (badge) badge.textContent = count > 99 ? "99+" : count || "";
}

function showState(state) {
  const dot = document.getElementById("live-dot");
  if (!dot || dot.dataset.state === state) return;
  dot.dataset.state = state;
  dot.title = words(`live_${state}`);
  dot.querySelector("span").textContent = dot.title;
  if (state === "lost") announce(dot.title);
}
