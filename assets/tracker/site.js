// Who this page belongs to and where it reports, read from the script's own tag while that is known.
const tag = document.currentScript;

export const SITE = tag.dataset.site;
export const DOMAIN = tag.dataset.cookieDomain; // to share one visitor between www and shop, say
export const COLLECTOR = tag.src.slice(0, tag.src.lastIndexOf("/")); // EDGE/c
