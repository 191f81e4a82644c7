import htmx from "htmx.org/dist/htmx.esm.js";
import { toast } from "./toasts.js";
import { words } from "./words.js";

const BUSY_AFTER_MS = 100;
const RELEASE_AFTER_MS = 10_000; // a plain form that answered with a download never leaves the page
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 30_000;

const busy = new WeakMap();
let retries = 0;
let retryTimer = null;
const missed = new Map(); // element → the GET that got lost with the network

/** One press, one request; a lost network is said once and healed by itself. */
export function guardRequests() {
  document.addEventListener("submit", guardPlainForm);
  document.addEventListener("htmx:beforeRequest", begin);
  document.addEventListener("htmx:afterRequest", (event) => release(event.detail.elt));
  document.addEventListener("htmx:responseError", explain);
  document.addEventListener("htmx:sendError", lose);
  window.addEventListener("offline", showBanner);
  window.addEventListener("online", tryAgain);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(release);
  });
}

function guardPlainForm(event) {
  const form = event.target;
  if (event.defaultPrevented || form.closest("[hx-boost=true]")) return;
  if (busy.has(form)) return event.preventDefault();
  hold(form, event.submitter);
  setTimeout(() => release(form), RELEASE_AFTER_MS);
}

function begin(event) {
  const { elt, requestConfig } = event.detail;
  if (busy.has(elt) && requestConfig.verb !== "get") return event.preventDefault();
  hold(elt, requestConfig.triggeringEvent?.submitter ?? (elt.matches("button, a.btn") ? elt : null));
}

function hold(elt, button) {
  const timer = setTimeout(() => button?.setAttribute("aria-busy", "true"), BUSY_AFTER_MS);
  busy.set(elt, { button, timer });
}

function release(elt) {
  const held = busy.get(elt);
  if (!held) return;
  clearTimeout(held.timer);
  held.button?.removeAttribute("aria-busy");
  busy.delete(elt);
}

function explain(event) {
  const { xhr } = event.detail;
  if (xhr.status === 401) return showBanner("signed_out");
  const key = { 403: "refused", 404: "gone", 413: "too_large", 503: "busy" }[xhr.status] ?? "failed";
  toast(words(key, { code: xhr.getResponseHeader("X-Request-Id") ?? xhr.status }), "bad");
}

function lose(event) {
  const { elt, requestConfig } = event.detail;
  if (requestConfig.verb === "get") missed.set(elt, { path: requestConfig.path, target: requestConfig.target });
  showBanner();
  scheduleRetry();
}

function showBanner(reason) {
  const banner = document.getElementById("connection-banner");
  if (!banner) return;
  banner.querySelector("p").textContent = words(typeof reason === "string" ? reason : "offline");
  banner.hidden = false;
}

function scheduleRetry() {
  clearTimeout(retryTimer);
  retryTimer = setTimeout(tryAgain, Math.min(FIRST_RETRY_MS * 2 ** retries++, LONGEST_RETRY_MS));
}

async function tryAgain() {
  try {
    await fetch(document.querySelector("link[rel=icon]").href, { method: "HEAD", cache: "no-store" });
  } catch {
    return scheduleRetry();
  }
  retries = 0;
  document.getElementById("connection-banner").hidden = true;
  for (const [elt, { path, target }] of missed) {
    missed.delete(elt);
    if (elt.isConnected) htmx.ajax("GET", path, { source: elt, target });
  }
}
