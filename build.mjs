// Builds what the browser gets: assets/ and npm packages in, wutong/web/static/dist/ out; and lays out one list of npm's.
// Usually run by `python -m wutong.web.build_assets`, which also knows when there is nothing to do.
import { createHash } from "node:crypto";
import { promises as fs } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { build } from "esbuild";

const PLACE = "wutong/web/static/dist";
const OUT = "node_modules/.wutong-dist"; // moved to its place when complete, so that a failed build leaves the last one
const FREE_MAIL = "wutong/people/free_mail_domains.json"; // read by wutong/people/mail_domains.py
const ICONS = "node_modules/@tabler/icons/icons";
const TRACKER_MAX_BYTES = 4096; // brotli; it is loaded on other people's pages

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

const manifest = {};

/** Lets tokens.css say each colour once, as `light-dark(light, dark)`, for browsers that do not know that function. */
const twoThemes = {
  name: "two-themes",
  setup(builder) {
    builder.onLoad({ filter: /tokens\.css$/ }, async ({ path: file }) => {
      const css = await fs.readFile(file, "utf8");
      const pair = /light-dark\(([^;]+?), ([^;]+?)\);/g;
      const dark = [...css.matchAll(/(--[\w-]+): light-dark\([^;]+?, ([^;]+?)\);/g)].map(([, name, value]) => `${name}: ${value};`);
      const rules = `color-scheme: dark; ${dark.join(" ")}`;
      const contents = `${css.replace(pair, "$1;")}
        [data-theme="dark"] { ${rules} }
        @media (prefers-color-scheme: dark) { [data-theme="system"] { ${rules} } }`;
      return { contents, loader: "css" };
    });
  },
};

await fs.rm(OUT, { recursive: true, force: true });
await fs.mkdir(OUT, { recursive: true });
await bundleModules();
await bundleClassicScripts();
await writeSprite();
await fs.writeFile(`${OUT}/manifest.json`, JSON.stringify(manifest, null, 2) + "\n");
await compressAll();
await checkTracker();
await fs.copyFile("node_modules/free-email-domains/domains.json", FREE_MAIL);
await fs.rm(PLACE, { recursive: true, force: true });
await fs.rename(OUT, PLACE);

/** The page's own modules and style sheets; islands become chunks of their own. */
async function bundleModules() {
  const result = await build({
    ...shared(),
    entryPoints: { core: "assets/core/core.js", styles: "assets/styles/styles.css" },
    format: "esm",
    splitting: true,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    plugins: [twoThemes],
  });
  remember(result.metafile);
}

/** Scripts that run outside a page's module graph: the shared worker, and the tracker on other people's pages. */
async function bundleClassicScripts() {
  const worker = await build({
    ...shared(),
    entryPoints: { "live-worker": "assets/live/live-worker.js" },
    format: "iife",
    entryNames: "[name]-[hash]",
  });
  remember(worker.metafile);
  await build({
    ...shared(),
    entryPoints: { wt: "assets/tracker/wt.js" },
    format: "iife",
    entryNames: "[name]", // a fixed name: it is written into pages we do not own
  });
  manifest["wt.js"] = "wt.js";
}

function shared() {
  return {
    bundle: true,
    minify: true,
    metafile: true,
    outdir: OUT,
    target: ["chrome100", "firefox100", "safari15.4"],
    logLevel: "warning",
  };
}

function remember(metafile) {
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const built = path.basename(file);
    manifest[built.replace(/-[0-9A-Z]{8}(?=\.\w+$)/, "")] = built;
  }
}

/** One SVG with every icon that a template or assets/icons.txt names. A name that Tabler lacks stops the build. */
async function writeSprite() {
  const names = new Set(await namesInTemplates());
  for (const line of (await fs.readFile("assets/icons.txt", "utf8")).split("\n")) {
    const name = line.replace(/#.*/, "").trim();
    if (name) names.add(name);
  }
  const symbols = await Promise.all([...names].sort().map(symbolOf));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  const hash = createHash("sha256").update(sprite).digest("hex").slice(0, 8).toUpperCase();
  manifest["icons.svg"] = `icons-${hash}.svg`;
  await fs.writeFile(`${OUT}/icons-${hash}.svg`, sprite);
}

async function namesInTemplates() {
  const names = [];
  for (const file of await filesUnder("wutong")) {
    if (!/\/templates\/.*\.(html|txt)$/.test(file)) continue;
    const text = await fs.readFile(file, "utf8");
    for (const [, name] of text.matchAll(/\{%\s*icon\s+"([^"]+)"/g)) names.push(name);
    for (const [, name] of text.matchAll(/\sicon="([^"]+)"/g)) names.push(name);
  }
  return names;
}

async function symbolOf(name) {
  const [, style, base] = name.match(/^(?:(filled)\/)?([a-z0-9-]+)$/) ?? [];
  const file = `${ICONS}/${style ?? "outline"}/${base}.svg`;
  const svg = await fs.readFile(file, "utf8").catch(() => {
    throw new Error(`No icon "${name}" in @tabler/icons. Choose one from tabler.io/icons.`);
  });
  const shapes = svg
    .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

async function compressAll() {
  const files = (await fs.readdir(OUT)).filter((name) => /\.(js|css|svg)$/.test(name));
  await Promise.all(
    files.map(async (name) => {
      const bytes = await fs.readFile(`${OUT}/${name}`);
      const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 };
      await fs.writeFile(`${OUT}/${name}.br`, await brotli(bytes, { params }));
      await fs.writeFile(`${OUT}/${name}.gz`, await gzip(bytes, { level: 9 }));
    }),
  );
}

async function checkTracker() {
  const { size } = await fs.stat(`${OUT}/wt.js.br`);
  if (size > TRACKER_MAX_BYTES) throw new Error(`wt.js is ${size} bytes of brotli, more than ${TRACKER_MAX_BYTES}.`);
}

async function filesUnder(folder) {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}
