// A funnel's chart as a PNG of twice the screen's density, with its title, period, scope and source in it.
const WIDTH = 960;
const EDGE = 40;
const BAR = 34;
const GAP = 12;
const FONT = '"PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';

export function mount(element) {
  const said = JSON.parse(document.getElementById(element.dataset.source).textContent);
  element.hidden = false;
  element.querySelector("button").addEventListener("click", () => {
    drawn(said).toBlob((blob) => save(blob, said.file), "image/png");
  });
}

function drawn({ title, note, source, bars }) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = `600 22px ${FONT}`;
  const lines = wrapped(pen, title, WIDTH - 2 * EDGE);
  const top = EDGE + lines.length * 32 + 36;
  const height = top + bars.length * (BAR + GAP) + 28 + EDGE;
  canvas.width = WIDTH * 2;
  canvas.height = height * 2;
  pen.scale(2, 2);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, WIDTH, height);
  pen.textBaseline = "top";
  text(pen, lines, { x: EDGE, y: EDGE, font: `600 22px ${FONT}`, color: "#172033", step: 32 });
  text(pen, [note], { x: EDGE, y: EDGE + lines.length * 32 + 4, font: `13px ${FONT}`, color: "#5c6882" });
  bars.forEach((bar, place) => {
    const y = top + place * (BAR + GAP);
    const room = WIDTH - 2 * EDGE - 150 - 180;
    text(pen, [bar.name], { x: EDGE, y: y + 9, font: `14px ${FONT}`, color: "#4a5670", room: 142 });
    pen.fillStyle = "#eef1f6";
    pen.fillRect(EDGE + 150, y, room, BAR);
    pen.fillStyle = "#1f4fd8";
    pen.fillRect(EDGE + 150, y, (room * bar.width) / 100, BAR);
    text(pen, [bar.n], { x: WIDTH - EDGE - 165, y: y + 8, font: `600 15px ${FONT}`, color: "#172033" });
    text(pen, [bar.share], { x: WIDTH - EDGE - 80, y: y + 9, font: `14px ${FONT}`, color: "#4a5670" });
  });
  text(pen, [source], { x: EDGE, y: height - EDGE - 4, font: `12px ${FONT}`, color: "#5c6882" });
  return canvas;
}

function text(pen, lines, { x, y, font, color, step = 0, room = WIDTH }) {
  pen.font = font;
  pen.fillStyle = color;
  lines.forEach((line, place) => pen.fillText(line, x, y + place * step, room));
}

// Chinese breaks between any two characters, so lines are filled character by character.
function wrapped(pen, words, room) {
  const lines = [""];
  for (const letter of words) {
    const longer = lines.at(-1) + letter;
    if (pen.measureText(longer).width > room) lines.push(letter.trimStart());
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
