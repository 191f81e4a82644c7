let lastTicked = null;

/** Ticked rows: Shift ticks a range, `data-select-all` ticks the page, `data-bulk` bars show while anything is ticked. */
export function followSelection() {
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("input[data-select]")) return;
    if (event.shiftKey && lastTicked?.isConnected) tickBetween(lastTicked, box);
    lastTicked = box;
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("input[data-select-all]")) boxes().forEach((other) => (other.checked = box.checked));
    if (box.matches("input[data-select], input[data-select-all]")) show();
  });
  document.addEventListener("htmx:afterSettle", show);
}

function tickBetween(one, other) {
  const all = boxes();
  const [first, last] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  all.slice(first, last + 1).forEach((box) => (box.checked = other.checked));
}

function show() {
  const all = boxes();
  const ticked = all.filter((box) => box.checked);
  for (const box of all) box.closest("[data-row]")?.classList.toggle("is-ticked", box.checked);
  for (const pageBox of document.querySelectorAll("input[data-select-all]")) {
    pageBox.checked = all.length > 0 && ticked.length === all.length;
    pageBox.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
  for (const bar of document.querySelectorAll("[data-bulk]")) bar.hidden = ticked.length === 0;
  for (const count of document.querySelectorAll("[data-selected]")) count.textContent = ticked.length;
}

function boxes() {
  return [...document.querySelectorAll("input[data-select]")];
}
