/** Menus are <details>: close them on a click elsewhere and on Escape, one open at a time. */
export function tameMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
    const holder = event.target.closest("[data-close]")?.closest("details, dialog");
    if (holder?.matches("dialog")) holder.close();
    else holder?.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    document.querySelector(".hint:is(:hover, :focus-within)")?.setAttribute("data-dismissed", "");
  });
  for (const leaving of ["focusout", "mouseout"]) {
    document.addEventListener(leaving, (event) => event.target.closest?.(".hint")?.removeAttribute("data-dismissed"));
  }
}

function openMenus() {
  return document.querySelectorAll("details:is(.menu, .confirm)[open]");
}
