// A contact recorded on a record's page: Ctrl+Enter saves from any of its fields.
import { proposeSteps } from "./proposals.js";

export function mount(box) {
  proposeSteps(box);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    box.querySelector("[data-save]").click();
  });
}
