import { visitor } from "./consent.js";
import { COLLECTOR, SITE } from "./site.js";

const BATCH = 20;
const GATHER_MS = 250;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 60_000;
const MOST_WAITING = 200; // a page left open without network forgets its oldest beats

const waiting = [];
let timer = null;
let isSending = false;
let failures = 0;

export function send(hit) {
  waiting.push(hit);
  if (waiting.length > MOST_WAITING) waiting.shift();
  if (!failures) flushIn(GATHER_MS);
}

/** Hand everything to the browser, which sends it after the page is gone. Ids make a second arrival harmless. */
export function sendBeforeHiding() {
  while (waiting.length && navigator.sendBeacon(`${COLLECTOR}/e`, body(waiting.slice(0, BATCH)))) waiting.splice(0, BATCH);
}

/** Whether an answer means "later": too many, too busy, or broken on their side. */
export function isForLater(status) {
  return status === 429 || status >= 500;
}

async function flush() {
  if (isSending || !waiting.length) return;
  isSending = true;
  const batch = waiting.slice(0, BATCH);
  const isDone = await post(batch);
  isSending = false;
  failures = isDone ? 0 : failures + 1;
  if (isDone) remove(batch);
  if (waiting.length) flushIn(isDone ? GATHER_MS : pause());
}

async function post(batch) {
  try {
    // A plain string travels as text/plain, which needs no CORS preflight.
    const response = await fetch(`${COLLECTOR}/e`, { method: "POST", body: body(batch), keepalive: true, credentials: "omit" });
    return !isForLater(response.status);
  } catch {
    return false;
  }
}

function body(hits) {
  return JSON.stringify({ site: SITE, sent_at: new Date().toISOString(), visitor: visitor(), hits });
}

function remove(batch) {
  const sent = new Set(batch);
  waiting.splice(0, waiting.length, ...waiting.filter((hit) => !sent.has(hit)));
}

function flushIn(ms) {
  clearTimeout(timer);
  timer = setTimeout(flush, ms);
}

function pause() {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS) * (0.75 + Math.random() / 2);
}
