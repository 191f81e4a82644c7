// <script async src="EDGE/c/wt.js" data-site="SITEKEY"></script>
//
// Tells the collector what a visitor does. Until consent is given nothing is stored in the browser and no visitor is named.
import { scrub } from "./scrub.js";
import { helpForms, helpFrames } from "./forms.js";
import { send, sendBeforeHiding } from "./queue.js";
import { state, visitor, grant, refuse } from "./consent.js";
import { uuid7 } from "./uuid7.js";

const BEAT_MS = 5000;
const IDLE_AFTER_MS = 30_000;
const FILES = /\.(pdf|docx?|xlsx?|pptx?|csv|zip|rar|7z|mp[34]|apk|dmg|exe)$/i;

const page = { view: null, url: null, ref: scrub(document.referrer) };
let seconds = 0; // visible and active
let depth = 0;
let beats = 0;
let activeAt = Date.now();
let hasLeft = false;

function track(name, props = {}) {
  send({ id: uuid7(), name, at: new Date().toISOString(), view: page.view, url: page.url, ref: page.ref, props });
}

function open() {
  const url = scrub(location.href);
  if (url === page.url) return;
  if (page.url) {
    leave();
    page.ref = page.url;
  }
  Object.assign(page, { view: uuid7(), url });
  seconds = depth = beats = 0;
  hasLeft = false;
  const { title, documentElement } = document;
  track("page_viewed", { title, path: new URL(url).pathname, lang: documentElement.lang, width: innerWidth });
}

function leave() {
  if (hasLeft) return;
  hasLeft = true;
  track("page_left", { visible_s: seconds, depth: measured() });
}

function beat() {
  measured();
  if (document.hidden || Date.now() - activeAt > IDLE_AFTER_MS) return;
  seconds += BEAT_MS / 1000;
  track("page_beat", { seq: ++beats, visible_s: seconds, depth });
}

function measured() {
  const { scrollHeight } = document.documentElement;
  depth = Math.max(depth, Math.min(1, (scrollY + innerHeight) / scrollHeight));
  return (depth = Math.round(depth * 1000) / 1000);
}

function clicked(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || !/^https?:$/.test(link.protocol)) return;
  const kind = link.hasAttribute("download") || FILES.test(link.pathname) ? "download" : link.host !== location.host && "outbound";
  if (kind) track("link_clicked", { href: scrub(link.href), kind });
}

function hide() {
  leave();
  sendBeforeHiding();
}

for (const act of ["scroll", "pointermove", "pointerdown", "keydown"]) {
  addEventListener(act, () => (activeAt = Date.now()), { passive: true, capture: true });
}
addEventListener("click", clicked, true);
addEventListener("scroll", measured, { passive: true });
addEventListener("pagehide", hide);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  page.url = null; // back from the browser's cache: a new view of the same address
  open();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return hide();
  hasLeft = false;
  activeAt = Date.now();
});

for (const method of ["pushState", "replaceState"]) {
  const original = history[method];
  history[method] = function (...given) {
    original.apply(this, given);
    setTimeout(open); // after the application has set its new title
  };
}
addEventListener("popstate", () => setTimeout(open));

helpForms({ page, track });
helpFrames(page);

window.wutong = {
  track,
  state,
  visitor,
  consent(choice, version = "") {
    if (choice === "granted") grant();
    else refuse();
    track(choice === "granted" ? "consent_given" : "consent_refused", { version });
  },
};

open();
setInterval(beat, BEAT_MS);
