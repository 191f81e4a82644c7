// Addresses must not carry people into the event store: no e-mail, phone, token or fragment leaves the page.
const CAMPAIGN = /^(utm_\w+|[gw]braid|gclid|dclid|fbclid|msclkid|ttclid|yclid|bd_vid|qhclickid|clickid|click_id|qz_gdt|gdt_vid|channel|source|from|q|page|id)$/i;
const SECRET_NAME = /mail|phone|mobile|tel$|token|secret|pass|pwd|auth|session|sid$|jwt|sign|key$|code|ticket|openid|unionid|user/i;
const MAIL = /@|%40/i;
const PHONE = /^\+?[\d\s().-]{7,}$/;
const LONG_RANDOM = /^[\w.~+/=-]{24,}$/;

export function scrub(address) {
  if (!address) return null;
  const url = new URL(address, location.href);
  for (const [name, value] of [...url.searchParams]) {
    if (MAIL.test(value) || PHONE.test(value) || (!CAMPAIGN.test(name) && isSecret(name, value))) url.searchParams.delete(name);
  }
  const path = url.pathname.replace(/[^/]*(@|%40)[^/]*/gi, "-");
  return url.origin + path + url.search;
}

function isSecret(name, value) {
  return SECRET_NAME.test(name) || LONG_RANDOM.test(value);
}
