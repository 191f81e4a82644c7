import { visitor } from "./consent.js";
import { isForLater } from "./queue.js";
import { COLLECTOR, SITE } from "./site.js";
import { uuid7 } from "./uuid7.js";

const TRIES = 4;
const FIRST_RETRY_MS = 1000;

/**
 * Send `<form data-wutong-form="KEY">` in the background. The form works without us too: its `action` is the same address.
 *
 * `<input type="checkbox" data-wutong-consent="VERSION">` is the consent; everything else with a name is an answer.
 */
export function helpForms({ page, track }) {
  const started = new Map(); // form → the view in which it was begun
  document.addEventListener("focusin", ({ target }) => {
    const form = target.closest?.("[data-wutong-form]");
    if (!form || started.get(form) === page.view) return;
    started.set(form, page.view);
    track("form_started", { form: form.dataset.wutongForm });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.wutongForm) return;
    event.preventDefault();
    submit(form, page);
  });
}

/**
 * Forms that stand in `<iframe data-wutong-frame>`: the frame grows with the form, and the form knows who is visiting.
 */
export function helpFrames(page) {
  addEventListener("message", ({ source, origin, data }) => {
    if (data?.wutong !== "form" || origin !== new URL(COLLECTOR).origin) return;
    for (const frame of document.querySelectorAll("[data-wutong-frame]")) {
      if (frame.contentWindow !== source) continue;
      frame.height = data.height;
      const { url, ref, view } = page;
      source.postMessage({ wutong: "page", url, ref, view, visitor: visitor() }, origin);
    }
  });
  // A form that was quicker than this script tells its height once more.
  for (const frame of document.querySelectorAll("[data-wutong-frame]")) frame.contentWindow?.postMessage({ wutong: "ask" }, "*");
}

const sending = new Map(); // form → the id of what is on its way: a second tap is the same submission

async function submit(form, page) {
  if (sending.get(form)?.isOpen) return;
  const submission = { id: sending.get(form)?.id ?? uuid7(), isOpen: true };
  sending.set(form, submission);
  clearErrors(form);
  const response = await post(form.dataset.wutongForm, JSON.stringify(filledIn(form, submission.id, page)));
  submission.isOpen = false;
  if (!response) return HTMLFormElement.prototype.submit.call(form); // the browser's own way may get through
  sending.delete(form);
  if (response.status === 202) return thank(form);
  const answer = await response.json().catch(() => ({}));
  showErrors(form, answer.fields ?? {});
}

async function post(key, body) {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt) await new Promise((wake) => setTimeout(wake, FIRST_RETRY_MS * 2 ** (attempt - 1)));
    try {
      const response = await fetch(`${COLLECTOR}/f/${key}`, { method: "POST", body, keepalive: true, credentials: "omit" });
      if (!isForLater(response.status)) return response;
    } catch {
      // No network: the next attempt carries the same id.
    }
  }
  return null;
}

function filledIn(form, id, page) {
  const box = form.querySelector("[data-wutong-consent]");
  const answers = {};
  for (const [name, value] of new FormData(form)) {
    if (name === box?.name || typeof value !== "string") continue;
    answers[name] = answers[name] ? `${answers[name]}, ${value}` : value;
  }
  const consent = { privacy: Boolean(box?.checked), version: box?.dataset.wutongConsent ?? "" };
  const at = new Date().toISOString();
  return { site: SITE, id, at, visitor: visitor(), view: page.view, url: page.url, ref: page.ref, answers, consent };
}

function thank(form) {
  const thanks = form.querySelector("[data-wutong-thanks]");
  if (!thanks) return form.reset();
  for (const part of form.children) part.hidden = !part.contains(thanks);
  thanks.hidden = false;
  thanks.tabIndex = -1;
  thanks.focus();
}

function clearErrors(form) {
  form.querySelectorAll("[data-wutong-error]").forEach((message) => message.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
}

function showErrors(form, fields) {
  for (const [name, sentence] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    const message = document.createElement("p");
    Object.assign(message, { textContent: sentence, id: `wt-error-${name}` });
    message.setAttribute("role", "alert");
    message.dataset.wutongError = name;
    const place = field?.length && !field.tagName ? field[field.length - 1] : field; // radio buttons come as a list
    (place?.closest("label") ?? place ?? form.lastElementChild).after(message);
    place?.setAttribute("aria-invalid", "true");
    place?.setAttribute("aria-describedby", message.id);
  }
  form.querySelector("[aria-invalid]")?.focus();
}
