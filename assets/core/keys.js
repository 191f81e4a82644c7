import { isComposing } from "./composing.js";

const AHEAD = 3;
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

/**
 * One-key actions, off while typing and when the person has switched them off.
 *
 * `data-keys="rows"` marks a list whose `data-row` elements J and K walk; Enter opens, X selects. Any other key presses
 * the visible control with that `data-key`, in the current row first, then on the page. Near the end of the list its
 * `data-more` link, which brings further rows, is pressed.
 */
export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (isShortcut(event) && obey(event)) event.preventDefault();
  });
}

/** Whether a key press may act by itself: nobody is typing, and the person wants such keys. */
export function isShortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return false;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return false;
  return document.documentElement.dataset.shortcuts !== "off";
}

/** Bring the list's further rows before whoever walks it comes to its end. */
export function fetchAhead(rows, at) {
  if (at >= rows.length - AHEAD) press(rows[at].closest("[data-keys=rows]")?.querySelector("[data-more]"));
}

/** Press whatever on the page has this key. */
export function pressKey(key) {
  return press(reachable(document, key));
}

function obey(event) {
  const key = event.key.toLowerCase();
  if (key === "/") return focusSearch();
  if (key === "?") return showKeys();
  const list = document.querySelector("[data-keys=rows]");
  if (list && (key === "j" || key === "k")) return walk(list, key === "j" ? 1 : -1);
  const row = list?.querySelector("[data-row][aria-current=true]");
  if (row && key === "enter" && event.target === row) return press(row.querySelector("[data-open]") ?? row);
  if (key === "x") return press((event.target.closest?.("[data-row]") ?? row)?.querySelector("input[type=checkbox]"));
  if (key.length > 1) return false;
  return press(reachable(row, key) ?? reachable(document, key));
}

function focusSearch() {
  const field = [...document.querySelectorAll("[data-search]")].find(isVisible);
  field?.select();
  field?.focus();
  return Boolean(field);
}

function showKeys() {
  const dialog = document.getElementById("keys");
  dialog?.showModal();
  return Boolean(dialog);
}

function walk(list, step) {
  const rows = [...list.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const to = Math.min(Math.max(at + step, 0), rows.length - 1);
  const next = rows[to];
  rows[at]?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  if (!next.hasAttribute("tabindex") && next.tabIndex < 0) next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  fetchAhead(rows, to);
  return true;
}

function reachable(root, key) {
  return [...(root?.querySelectorAll(`[data-key="${CSS.escape(key)}"]`) ?? [])].find(isVisible);
}

function press(control) {
  if (!control) return false;
  if (control.matches(TYPING)) control.focus();
  else control.click();
  return true;
}

function isVisible(element) {
  return element.getClientRects().length > 0;
}
