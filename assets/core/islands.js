import { ISLANDS } from "../islands/index.js";

/** Mount the module named by each `data-island`, now and in whatever htmx swaps in later. */
export function mountIslands() {
  mountWithin(document);
  document.addEventListener("htmx:load", (event) => mountWithin(event.detail.elt));
}

function mountWithin(root) {
  if (root.matches?.("[data-island]")) mount(root);
  root.querySelectorAll("[data-island]").forEach(mount);
}

async function mount(element) {
  if (element.hasAttribute("data-mounted")) return;
  element.setAttribute("data-mounted", "");
  const island = await ISLANDS[element.dataset.island]();
  island.mount(element);
}
