let opener = null;

/** Focus goes into an opened side panel and returns to what opened it; Escape and the cross close it. */
export function followPanels() {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "panel") opener = event.detail.elt;
  });
  document.addEventListener("htmx:load", (event) => {
    const panel = event.detail.elt.closest?.("#panel > .panel");
    panel?.querySelector("h2")?.focus();
  });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("#panel [data-panel-close]");
    if (closer) close(closer, event);
  });
  document.addEventListener("keydown", (event) => {
    const closer = document.querySelector("#panel [data-panel-close]");
    if (event.key === "Escape" && closer && !document.querySelector("details.menu[open], dialog[open]")) {
      close(closer, event);
    }
  });
}

function close(closer, event) {
  event.preventDefault();
  document.getElementById("panel").replaceChildren();
  if (closer.getAttribute("href") !== "#") history.pushState({}, "", closer.href);
  opener?.focus();
  opener = null;
}
