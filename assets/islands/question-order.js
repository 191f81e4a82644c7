// A form's questions can be dragged by their grip; where one is dropped is sent by its own form, as a button would.
export function mount(list) {
  for (const grip of list.querySelectorAll(".questions-grip")) grip.addEventListener("pointerdown", begin);

  function begin(event) {
    const item = event.currentTarget.closest("li");
    event.preventDefault();
    item.classList.add("is-dragged");
    const move = ({ clientY }) => {
      const others = [...list.children].filter((other) => other !== item);
      const below = others.find((other) => clientY < other.getBoundingClientRect().top + other.offsetHeight / 2);
      list.insertBefore(item, below ?? null);
    };
    const drop = () => {
      removeEventListener("pointermove", move);
      item.classList.remove("is-dragged");
      const place = [...list.children].indexOf(item);
      if (String(place) !== item.dataset.place) send(item, place);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", drop, { once: true });
    addEventListener("pointercancel", drop, { once: true });
  }
}

function send(item, place) {
  const form = item.querySelector("form");
  const to = Object.assign(document.createElement("input"), { type: "hidden", name: "to", value: place });
  form.append(to);
  form.requestSubmit();
}
