// The left edge of a side panel: drag it, or use the arrow keys, to set the width this browser remembers.
const KEY = "wt_panel_px";
const STEP = 24;
const LEAST = 360;

export function mount(grip) {
  const panel = grip.parentElement;
  const remembered = Number(localStorage.getItem(KEY));
  if (remembered) resize(remembered);

  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", drag);
    grip.addEventListener("pointerup", () => grip.removeEventListener("pointermove", drag), { once: true });
  });
  grip.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (steps) resize(panel.offsetWidth + steps);
  });

  function drag(event) {
    resize(window.innerWidth - event.clientX);
  }

  function resize(px) {
    const width = Math.round(Math.min(Math.max(px, LEAST), window.innerWidth * 0.8));
    panel.style.setProperty("--panel", `${width}px`);
    grip.setAttribute("aria-valuenow", width);
    localStorage.setItem(KEY, width);
  }
}
