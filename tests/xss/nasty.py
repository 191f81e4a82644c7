"""Texts that try to become a part of a page, and what a browser would make of an answer."""

from html.parser import HTMLParser

TAG = "<script>alert(1)</script><img src=x onerror=alert(2)>"
QUOTES = "\"' onmouseover=alert(3) x='\" {{ 7*7 }} {% now 'Y' %} ${1} </title></textarea></script><b>"
ADDRESS = "javascript:alert(4)"
NASTY = [TAG, QUOTES, ADDRESS]
MARKS = ("alert(1)", "alert(2)", "alert(3)", "alert(4)")


class Page(HTMLParser):
    """What a browser would make of an answer, as far as scripts can hide in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.dangers: list[str] = []
        self.shown: list[str] = []
        self._within: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        for name, value in attrs:
            value = value or ""
            if name.startswith("on") or "{{" in name:
                self.dangers.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "hx-get", "hx-post", "formaction", "data-open") and (
                value.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
            ):
                self.dangers.append(f"<{tag} {name}={value}>")
            if name.startswith(("hx-on", "x-", "hx-vals", "hx-headers")) and any(mark in value for mark in MARKS):
                self.dangers.append(f"<{tag} {name}={value}>")
        if tag == "img" and dict(attrs).get("src") == "x":
            self.dangers.append("<img src=x>")

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self._within and any(mark in data for mark in MARKS):
            self.dangers.append(f"script: {data[:80]}")
        self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())
