const YEAR_S = 31_536_000;

/** Theme and folded navigation show at once; the server learns of them by the form, or by a cookie it reads next time. */
export function applyPreferences() {
  document.addEventListener("click", (event) => {
    const theme = event.target.closest("button[name=theme]");
    if (theme) choose(theme);
    const density = event.target.closest("button[name=density]");
    if (density) choose(density);
    if (event.target.closest("[data-nav-fold]")) foldNavigation();
  });
}

function choose(button) {
  document.documentElement.dataset[button.name] = button.value;
  for (const other of document.querySelectorAll(`button[name=${button.name}]`)) {
    other.setAttribute("aria-pressed", other.value === button.value);
  }
}

function foldNavigation() {
  const html = document.documentElement;
  html.dataset.nav = html.dataset.nav === "narrow" ? "wide" : "narrow";
  document.cookie = `wt_nav=${html.dataset.nav}; path=/; max-age=${YEAR_S}; samesite=lax`;
}
