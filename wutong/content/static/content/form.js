// The form's page works without this. It shows questions when their turn comes, keeps a draft for the tab, lets nobody
// send twice, and talks to the page around it when it stands within one.
const BLANKS = /^[ \t\r\n\f\v\u00a0\u3000]+|[ \t\r\n\f\v\u00a0\u3000]+$/g;
const SEPARATOR = ", ";

/** Whether an answer, trimmed, is what a condition waits for. The server judges alike. */
export function holds({ test, value = "" }, answer, kind) {
  if (!answer) return false;
  const wanted = trimmed(value);
  if (test === "answered") return true;
  if (test === "contains") {
    if (kind === "checkboxes") return answer.split(SEPARATOR).includes(wanted);
    return wanted !== "" && answer.toLowerCase().includes(wanted.toLowerCase());
  }
  return answer === wanted;
}

/** Names of the questions that are asked. Each is {name, kind, shown_if}; answers by name. */
export function asked(questions, answers) {
  const found = new Set();
  for (const { name, shown_if: rule } of questions) {
    if (!rule) {
      found.add(name);
      continue;
    }
    const answer = found.has(rule.question) ? trimmed(answers[rule.question] ?? "") : "";
    const kind = questions.find((one) => one.name === rule.question)?.kind;
    if (holds(rule, answer, kind)) found.add(name);
  }
  return found;
}

function trimmed(text) {
  return text.replaceAll("\r\n", "\n").replace(BLANKS, "");
}

function help(form) {
  const key = `wt_form_${form.dataset.form}`;
  const places = [...form.querySelectorAll("[data-q]")];
  const questions = places.map(({ dataset }) => ({
    name: dataset.q,
    kind: dataset.kind,
    shown_if: dataset.if && JSON.parse(dataset.if),
  }));
  for (const { name } of form.querySelectorAll("input[type=hidden]")) {
    if (!name.startsWith("_")) questions.unshift({ name, kind: "hidden" });
  }
  const button = form.querySelector("button");
  const label = button.textContent;
  let hasStarted = false;

  recall();
  settle();
  form.addEventListener("input", settle);
  form.addEventListener("change", settle);
  form.addEventListener("focusin", start);
  form.addEventListener("submit", (event) => {
    if (button.ariaDisabled) return event.preventDefault(); // it is on its way
    button.ariaDisabled = "true";
    button.textContent = form.dataset.sending;
    sessionStorage.removeItem(key);
  });
  addEventListener("pageshow", () => {
    button.ariaDisabled = null;
    button.textContent = label;
  });
  form.querySelector("[aria-invalid]")?.focus();
  suggestCompanies(form);
  if (window.parent !== window) speakWithParent(form);

  function answers() {
    const said = {};
    for (const place of form.querySelectorAll("[name]")) {
      if (place.name.startsWith("_") || (/checkbox|radio/.test(place.type) && !place.checked)) continue;
      said[place.name] = said[place.name] ? said[place.name] + SEPARATOR + place.value : place.value;
    }
    return said;
  }

  function settle() {
    const said = answers();
    const now = asked(questions, said);
    for (const place of places) {
      const isAsked = now.has(place.dataset.q);
      place.hidden = !isAsked;
      for (const control of place.querySelectorAll("[name]")) {
        if (place.dataset.if && control.type !== "checkbox") control.required = isAsked && "required" in place.dataset;
      }
    }
    remember(said);
  }

  function remember(said) {
    delete said.website;
    delete said.privacy;
    try {
      sessionStorage.setItem(key, JSON.stringify(said));
    } catch {
      // Storage is blocked: then there is no draft.
    }
  }

  function recall() {
    if (form.querySelector("[role=alert]")) return; // the server has kept what was typed
    let said = null;
    try {
      said = JSON.parse(sessionStorage.getItem(key));
    } catch {
      // As above.
    }
    for (const place of said ? form.querySelectorAll("[data-q] [name]") : []) {
      const text = said[place.name];
      if (text === undefined) continue;
      if (/checkbox|radio/.test(place.type)) place.checked = text.split(SEPARATOR).includes(place.value);
      else if (!place.value) place.value = text;
    }
  }

  function start() {
    if (hasStarted || !form.dataset.site) return;
    hasStarted = true;
    const url = form.elements._url?.value || null;
    const at = new Date().toISOString();
    const hit = { id: crypto.randomUUID?.() ?? `${at}${Math.random()}`, name: "form_started", at, url, props: { form: form.dataset.form } };
    const body = JSON.stringify({ site: form.dataset.site, sent_at: at, visitor: form.elements._visitor?.value || null, hits: [hit] });
    navigator.sendBeacon?.("/c/e", body);
  }
}

function suggestCompanies(form) {
  if (!form.dataset.site) return; // a preview
  for (const place of form.querySelectorAll("input[list]")) {
    const list = place.list;
    let waiting = 0;
    place.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        if (trimmed(place.value).length < 2) return;
        try {
          const response = await fetch(`${form.getAttribute("action").split("?")[0]}/companies?q=${encodeURIComponent(place.value)}`);
          if (!response.ok) return;
          const { names } = await response.json();
          list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
        } catch {
          // No suggestions; the name can be typed.
        }
      }, 250);
    });
  }
}

/** The page around us says who is visiting and from where; we say how high we are. */
function speakWithParent(form) {
  addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || data?.wutong !== "page") return;
    for (const name of ["url", "ref", "visitor", "view"]) {
      const place = form.elements[`_${name}`];
      if (place && typeof data[name] === "string") place.value = data[name];
    }
  });
}

function tellHeight() {
  const height = Math.ceil(document.querySelector("main").getBoundingClientRect().height);
  window.parent.postMessage({ wutong: "form", height }, "*");
}

if (typeof document !== "undefined") {
  document.querySelectorAll("form[data-form]").forEach(help);
  if (window.parent !== window) {
    new ResizeObserver(tellHeight).observe(document.querySelector("main"));
    addEventListener("message", ({ source, data }) => {
      if (source === window.parent && data?.wutong === "ask") tellHeight();
    });
    tellHeight();
  }
}
