/** Hold back `input` events while an input method composes, so that searches see 周 and never "zhou". */
export function composeQuietly() {
  document.addEventListener("input", (event) => event.isComposing && event.stopPropagation(), true);
  document.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Whether a key press belongs to an input method rather than to us. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229; // Safari reports the closing Enter only by 229
}
