// The demo company's own script: the consent banner. Loaded after the tracker, so window.wutong is there.
const REFUSED = "hengyi_consent_refused"; // the choice itself may be remembered; it identifies nobody
const banner = document.getElementById("consent");
const reopen = document.querySelector("[data-consent-open]");

function hasRefusedBefore() {
  try {
    return localStorage.getItem(REFUSED) !== null;
  } catch {
    return false; // storage is blocked: ask again on the next page
  }
}

function remember(choice) {
  try {
    if (choice === "refused") localStorage.setItem(REFUSED, banner.dataset.consentVersion);
    else localStorage.removeItem(REFUSED);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}

function show() {
  banner.hidden = false;
}

for (const button of document.querySelectorAll("[data-consent]")) {
  button.addEventListener("click", () => {
    const choice = button.dataset.consent;
    window.wutong.consent(choice, banner.dataset.consentVersion);
    remember(choice);
    banner.hidden = true;
    document.getElementById("content").focus({ preventScroll: true });
  });
}

if (banner && window.wutong) {
  reopen.hidden = false;
  reopen.addEventListener("click", () => {
    show();
    banner.querySelector("button").focus();
  });
  if (window.wutong.state() === "unknown" && !hasRefusedBefore()) show();
}
