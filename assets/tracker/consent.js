import { DOMAIN } from "./site.js";
import { hex, random } from "./uuid7.js";

const KEY = "wt_v";
const SHAPE = /^[\w-]{26,64}$/;
const YEAR_S = 31_536_000;

/** "granted", "refused" (now, or by Do Not Track or Global Privacy Control) or "unknown". */
export function state() {
  return visitor() ? "granted" : hasRefused || navigator.globalPrivacyControl || navigator.doNotTrack === "1" ? "refused" : "unknown";
}

let hasRefused = false;
let given = null; // for browsers that keep nothing

/** The visitor's random id, or null without consent: its presence is the consent. */
export function visitor() {
  const found = given ?? stored() ?? document.cookie.match(/(?:^|; )wt_v=([\w-]+)/)?.[1];
  return found && SHAPE.test(found) ? found : null;
}

export function grant() {
  hasRefused = false;
  given = visitor() ?? hex(random(16));
  keep(given, YEAR_S);
}

export function refuse() {
  hasRefused = true;
  given = null;
  keep("", 0);
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is blocked
  }
}

function keep(id, seconds) {
  const domain = DOMAIN ? `; domain=${DOMAIN}` : "";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${KEY}=${id}; path=/; max-age=${seconds}; samesite=lax${domain}${secure}`;
  try {
    if (id) localStorage.setItem(KEY, id);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is blocked: the cookie alone remembers.
  }
}
