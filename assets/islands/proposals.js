// Recording a contact: the outcome proposes the next step, unless somebody has typed a plan of their own.

/** Follow the forms with `data-follow-up` within `root`; labels of outcomes carry `data-step` and `data-at`. */
export function proposeSteps(root) {
  root.addEventListener("input", ({ target }) => {
    if (target.closest("[data-follow-up]")) target.dataset.typed = "";
  });
  root.addEventListener("change", ({ target }) => {
    const form = target.closest("[data-follow-up]");
    if (form && target.name === "kind") chooseKind(form, target.value);
  });
  // A click and not a change: whoever chooses the outcome that is proposed already goes on to the next step, too.
  root.addEventListener("click", ({ target }) => {
    const form = target.closest("[data-follow-up]");
    if (form && target.name === "outcome") propose(form, target.closest("label").dataset, true);
  });
}

function chooseKind(form, kind) {
  const outcome = form.querySelector("[name=outcome]:checked");
  if (kind === "note") {
    propose(form, {}, false);
    form.elements.note.focus();
  } else if (outcome) propose(form, outcome.closest("label").dataset, false);
}

function propose(form, { step = "", at = "" }, isAsked) {
  const { next_step: what, next_step_at: when } = form.elements;
  if (!("typed" in what.dataset)) what.value = step;
  if (!("typed" in when.dataset)) when.value = at;
  if (isAsked) {
    what.focus();
    what.select();
  }
}
