import { announce, words } from "./words.js";

const SHOWN_MS = 1600;

/** `data-copy="text"`: a click puts the text on the clipboard and says so. */
export function offerCopies() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    await copy(button.dataset.copy);
    button.dataset.copied = words("copied");
    announce(words("copied"));
    setTimeout(() => delete button.dataset.copied, SHOWN_MS);
  });
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea"); // pages served over plain http have no clipboard API
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
