// The few sentences that scripts speak, translated by the server into <script id="wt-words" type="application/json">.
const holder = document.getElementById("wt-words");
const sentences = holder ? JSON.parse(holder.textContent) : {};

/** The sentence `key` with its %(name)s placeholders filled. */
export function words(key, values = {}) {
  return (sentences[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

/** Say something to screen readers without moving anything. */
export function announce(sentence) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = sentence;
}
