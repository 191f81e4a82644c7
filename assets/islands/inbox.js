// The lead inbox from the keyboard: a key acts on the row under the cursor, opening it first; an outcome proposes the
// next step; what is done leads to the next row. Rows stay where they are, whatever arrives.
import { fetchAhead, isShortcut, pressKey } from "../core/keys.js";
import { proposeSteps } from "./proposals.js";

const ACTS = "cwmvn1234esqrdyboa";

export function mount(split) {
  let pending = null; // a key, and the row of the lead it is meant for
  let opened = split.querySelector("#work")?.dataset.lead;
  let coming = 0; // work areas on their way: what is typed into the present one would go with it

  document.addEventListener("keydown", openFirst, { capture: true });
  document.addEventListener("inbox:next", next);
  document.addEventListener("toggle", enter, { capture: true });
  document.addEventListener("htmx:beforeSend", expect);
  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("htmx:oobAfterSwap", keepCursor);
  split.addEventListener("click", clicked);
  proposeSteps(split);

  function openFirst(event) {
    const key = event.key.toLowerCase();
    if (!split.isConnected || !ACTS.includes(key) || !isShortcut(event)) return;
    const row = cursor();
    const isElsewhere = row && !row.hasAttribute("data-opened");
    if (!isElsewhere && !coming) return;
    event.preventDefault();
    event.stopPropagation();
    pending = { key, row: isElsewhere ? row.id : shown() };
    if (isElsewhere) open(row);
  }

  function clicked(event) {
    const press = event.target.closest("[data-press]");
    if (press) pressKey(press.dataset.press);
    if (event.target.closest("[href='#hand-over']")) {
      event.preventDefault();
      const form = document.getElementById("hand-over");
      form.open = true;
      enterInto(form);
    }
  }

  function next() {
    const rows = [...split.querySelectorAll("[data-row]")];
    const at = rows.findIndex((row) => row.hasAttribute("data-opened"));
    const left = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))];
    const following = left.find((row) => !row.querySelector(".is-gone"));
    if (following) open(following);
  }

  function expect({ detail }) {
    if (detail.target.id !== "work") return;
    coming += 1;
    detail.xhr.addEventListener("loadend", () => {
      coming -= 1;
      if (!coming) pending = null; // what came was not what it was meant for
    });
  }

  function settled({ detail }) {
    const work = detail.elt;
    if (work.id !== "work") return;
    split.classList.add("has-open");
    const isAnother = work.dataset.lead !== opened;
    opened = work.dataset.lead;
    mark(opened);
    if (pending?.row === shown()) {
      pressKey(pending.key);
      pending = null;
      return;
    }
    const faulty = work.querySelector("[aria-invalid=true]") ?? work.querySelector("[role=alert]");
    if (faulty?.matches("input, select, textarea")) return faulty.focus();
    work.focus({ preventScroll: true });
    // Of a card longer than the window "nearest" leaves the middle in sight, wherever the list stood.
    const isBegunAbove = work.getBoundingClientRect().top < document.querySelector(".topbar").offsetHeight;
    (faulty ?? work).scrollIntoView({ block: isAnother && isBegunAbove && !faulty ? "start" : "nearest" });
  }

  function mark(lead) {
    const rows = [...split.querySelectorAll("[data-row]")];
    for (const [at, row] of rows.entries()) {
      const isOpen = row.id === `lead-${lead}`;
      row.toggleAttribute("data-opened", isOpen);
      if (isOpen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (isOpen) fetchAhead(rows, at);
    }
  }

  /** A row that was drawn anew is still the one under the cursor. */
  function keepCursor({ detail }) {
    const work = split.querySelector("#work");
    if (detail.target?.id === `lead-${work?.dataset.lead}` && !cursor()) mark(work.dataset.lead);
  }

  function shown() {
    return `lead-${split.querySelector("#work")?.dataset.lead}`;
  }

  function cursor() {
    return split.querySelector("[data-row][aria-current=true]");
  }

  function open(row) {
    row.querySelector("[data-open]").click();
  }
}

/** Focus goes into a form that opens. The browser tells of it a moment later: whoever types there by then goes on. */
function enter({ target }) {
  if (!target.open || !target.matches?.("#work details.confirm, #hand-over")) return;
  if (!target.querySelector(":is(input, select, textarea):focus")) enterInto(target);
}

function enterInto(form) {
  const field = form.querySelector("[aria-invalid=true]") ?? form.querySelector("input:not([type=hidden]), select, textarea");
  field?.focus();
}
