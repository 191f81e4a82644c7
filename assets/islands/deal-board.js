// The board of deals. A card is moved by dragging it (on a touch screen after holding it), by Space and the arrows, or by
// the list of stages in it, which works without this script. The server answers each move with the card as it is now;
// the card then goes where the answer says, which after a refusal is where it came from.
import htmx from "htmx.org/dist/htmx.esm.js";
import Sortable from "sortablejs";
import { announce, words } from "../core/words.js";

const HOLD_MS = 200;
const homes = new Map(); // id of a card → the list and the place it came from
let lifted = null;
let isMoving = false; // a card taken out of the page loses the focus without being left

export function mount(board) {
  for (const list of listsOf(board)) {
    Sortable.create(list, {
      group: "deals",
      draggable: "[data-move]",
      filter: "summary, button, input, select, textarea, label",
      preventOnFilter: false,
      sort: false,
      delay: HOLD_MS,
      delayOnTouchOnly: true,
      touchStartThreshold: 8,
      forceFallback: true,
      fallbackTolerance: 6,
      animation: 0,
      ghostClass: "is-ghost",
      dragClass: "is-dragged",
      onStart: ({ item }) => remember(item),
      onEnd: ({ item, from, to }) => from !== to && send(item),
    });
  }
  board.addEventListener("keydown", (event) => steer(board, event));
  board.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.matches("[data-lift]")) event.preventDefault(); // would open the list
  });
  board.addEventListener("focusout", () => lifted && !isMoving && putBack(lifted));
  board.addEventListener("htmx:load", (event) => settle(board, event.detail.elt));
  for (const failed of ["htmx:sendError", "htmx:responseError"]) {
    board.addEventListener(failed, (event) => goHome(event.detail.elt.closest(".deal-card")));
  }
}

function steer(board, event) {
  if (!event.target.matches("[data-lift]")) return;
  const card = event.target.closest(".deal-card");
  if (event.key === " ") {
    event.preventDefault();
    if (!lifted) return lift(card);
    lifted = null;
    card.classList.remove("is-lifted");
    if (card.parentElement !== homes.get(card.id).list) send(card);
    return;
  }
  if (!lifted) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) {
    event.preventDefault();
    const lists = listsOf(board);
    const next = lists[lists.indexOf(card.parentElement) + step];
    if (next) move(card, () => next.prepend(card));
    announce(words("board_over", { stage: card.parentElement.dataset.label }));
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    putBack(card);
  }
}

function lift(card) {
  remember(card);
  lifted = card;
  card.classList.add("is-lifted");
  announce(words("board_lifted", { name: card.dataset.name, stage: card.parentElement.dataset.label }));
}

function putBack(card) {
  lifted = null;
  card.classList.remove("is-lifted");
  goHome(card);
  announce(words("board_back", { name: card.dataset.name, stage: card.parentElement.dataset.label }));
}

function send(card) {
  const to = card.parentElement.dataset.stage;
  htmx.ajax("POST", card.dataset.move, {
    source: card,
    target: card,
    swap: "outerHTML",
    values: { to, version: card.dataset.version },
  });
}

/** Put a card that the server has just drawn where it says it belongs. */
function settle(board, card) {
  if (!card.matches?.(".deal-card")) return;
  const home = homes.get(card.id);
  homes.delete(card.id);
  const list = listsOf(board).find((one) => one.dataset.stage === card.dataset.column);
  if (!list) return card.querySelector("input, select")?.focus(); // a stage without a column asks where the card stands
  if (list !== card.parentElement) {
    const before = home?.list === list ? list.children[home.place] : list.firstElementChild;
    move(card, () => list.insertBefore(card, before ?? null));
  }
  const next = card.querySelector("form.form :is(select, input:not([type=hidden]))") ?? card.querySelector("[data-lift]");
  next?.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function remember(card) {
  const list = card.parentElement;
  homes.set(card.id, { list, place: [...list.children].indexOf(card) });
}

function goHome(card) {
  const home = card && homes.get(card.id);
  if (home) move(card, () => home.list.insertBefore(card, home.list.children[home.place] ?? null));
}

function move(card, act) {
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  isMoving = true;
  act();
  focused?.focus();
  isMoving = false;
}

function listsOf(board) {
  return [...board.querySelectorAll(".board-cards")];
}
