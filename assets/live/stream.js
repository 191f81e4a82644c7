// One stream of notices from the edge. Runs in the shared worker, or in the tab where there is none.
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
const SAY_LOST_AFTER_MS = 10_000;
const POLL_EVERY_MS = 30_000;
const REMEMBERED = 200;
const LEAST_LIFE_MS = 600_000; // a stream is opened afresh now and then, so that a closed account stops hearing

export class LiveStream {
  #listeners;
  #settings = null;
  #source = null;
  #lastId = null;
  #firstId = null; // what there was before we listened is on the page
  #heard = new Set();
  #failures = 0;
  #timers = {};

  /** `onNotice(notice)`, `onUnread(count)`, `onState("on" | "connecting" | "lost" | "off")`. */
  constructor(listeners) {
    this.#listeners = listeners;
    this.state = "connecting";
  }

  /** Begin, or begin anew when another person has signed in; a fresh CSRF token just replaces the old one. */
  start(settings) {
    const isOther = this.#settings?.staff !== settings.staff;
    this.#settings = settings;
    if (!isOther && this.state !== "off") return;
    this.stop();
    this.#lastId = null;
    this.#firstId = null;
    this.#heard.clear();
    this.#connect();
  }

  stop() {
    this.#source?.close();
    this.#source = null;
    for (const name of Object.keys(this.#timers)) this.#clear(name);
    this.#failures = 0;
  }

  async #connect() {
    try {
      const pass = await this.#askForToken();
      if (!pass) return this.#giveUp();
      this.#open(pass);
    } catch {
      this.#lose();
    }
  }

  async #askForToken() {
    const { tokenUrl, csrf } = this.#settings;
    const headers = { "X-CSRFToken": csrf, "X-Requested-With": "fetch" };
    const response = await fetch(tokenUrl, { method: "POST", headers, redirect: "manual" });
    const isSignedOut = response.type === "opaqueredirect" || [401, 403, 404].includes(response.status);
    if (isSignedOut) return null;
    if (!response.ok) throw new Error(`token: ${response.status}`);
    return response.json();
  }

  #open({ url, expires_in }) {
    const address = new URL(url);
    if (this.#lastId !== null) address.searchParams.set("after", this.#lastId);
    this.#source?.close();
    const source = new EventSource(address);
    this.#source = source;
    source.onopen = () => this.#connected(expires_in);
    source.onerror = () => this.#lose();
    source.addEventListener("hello", (event) => this.#greet(JSON.parse(event.data)));
    source.addEventListener("notice", (event) => this.#receive(JSON.parse(event.data)));
  }

  #connected(expires_in) {
    this.#failures = 0;
    this.#clear("poll");
    this.#clear("lost");
    this.#say("on");
    this.#after("renew", Math.max(expires_in * 1000, LEAST_LIFE_MS), () => this.#connect());
  }

  #greet({ unread, last_id }) {
    this.#lastId ??= last_id ?? null;
    this.#firstId ??= last_id ?? null;
    this.#listeners.onUnread(unread);
  }

  #receive(notice) {
    // Only what is told `again` may be a repetition: an unread notice that grows ("looked at 3 pages") comes anew under
    // its id.
    if (notice.again && (this.#heard.has(notice.id) || notice.id <= this.#firstId)) return;
    this.#lastId = Math.max(this.#lastId ?? 0, notice.id);
    this.#remember(notice.id);
    this.#listeners.onNotice(notice);
  }

  #remember(id) {
    this.#heard.delete(id);
    this.#heard.add(id);
    if (this.#heard.size > REMEMBERED) this.#heard.delete(this.#heard.values().next().value);
  }

  #lose() {
    this.#source?.close();
    this.#source = null;
    this.#clear("renew");
    if (this.state === "on") this.#say("connecting");
    if (!this.#timers.lost) this.#after("lost", SAY_LOST_AFTER_MS, () => this.#fallBack());
    const pause = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, LONGEST_RETRY_MS);
    this.#after("retry", pause * (0.75 + Math.random() / 2), () => this.#connect());
  }

  #fallBack() {
    this.#say("lost");
    this.#poll();
  }

  async #poll() {
    this.#after("poll", POLL_EVERY_MS, () => this.#poll());
    const address = new URL(this.#settings.pollUrl, location.origin);
    if (this.#lastId !== null) address.searchParams.set("after", this.#lastId);
    try {
      const response = await fetch(address, { redirect: "manual" });
      if (!response.ok) return;
      const { notices, unread } = await response.json();
      notices.forEach((notice) => this.#receive(notice));
      this.#listeners.onUnread(unread);
    } catch {
      // The network is gone: the next poll or the stream itself will tell.
    }
  }

  #giveUp() {
    this.stop();
    this.#say("off");
  }

  #say(state) {
    this.state = state;
    this.#listeners.onState(state);
  }

  #after(name, ms, act) {
    this.#clear(name);
    this.#timers[name] = setTimeout(act, ms);
  }

  #clear(name) {
    clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }
}
