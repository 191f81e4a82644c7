const SHOWN_MS = 8000;

/** Toasts leave after eight seconds, but wait while the pointer or the focus is on them. */
export function keepToasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  for (const toast of region.children) keep(toast);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) keep(node);
  }).observe(region, { childList: true });
  region.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast").remove());
  region.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) event.target.closest(".toast")?.remove(); // undone: the answer brings its own toast
  });
}

/** Show a sentence of the script's own. */
export function toast(sentence, tone = "") {
  const copy = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  copy.querySelector("p").textContent = sentence;
  if (tone) copy.classList.add(`is-${tone}`);
  document.getElementById("toasts").append(copy);
}

function keep(toast) {
  if (toast.hasAttribute("data-stays")) return;
  let timer = null;
  const leave = () => (timer = setTimeout(() => toast.remove(), SHOWN_MS));
  const stay = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerleave", leave);
  toast.addEventListener("focusout", leave);
  leave();
}
