"""What the domain of an e-mail address says about a company. Source: ``algorithms.md`` 2.3.

The lists are those of packages, with the version's date, and ours of the providers most used in China and the world.
They are loaded when they are first asked: few of our processes ever look at an address.
"""

import json
from collections.abc import Set
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from wutong.people.public_suffixes import registrable
from wutong.platform.foretold import foretold

_CHINA = (
    "qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com vip.126.com yeah.net 188.com sina.com sina.cn"
    " vip.sina.com sohu.com vip.sohu.com tom.com 21cn.com 139.com 189.cn wo.cn aliyun.com 263.net eyou.com"
)
_WORLD = (
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com yahoo.com yahoo.co.jp"
    " yahoo.co.uk yahoo.com.cn yahoo.cn yahoo.com.hk yahoo.com.tw ymail.com icloud.com me.com mac.com aol.com gmx.com"
    " gmx.de gmx.net web.de t-online.de mail.com mail.ru yandex.com yandex.ru proton.me protonmail.com zoho.com"
    " naver.com hanmail.net daum.net orange.fr free.fr wanadoo.fr laposte.net libero.it hinet.net fastmail.com"
    " tutanota.com"
)
_PACKAGED = Path(__file__).with_name("free_mail_domains.json")
"""The list of the npm package free-email-domains, laid here when the browser's files are built."""


class MailDomain(StrEnum):
    """Whose a domain is."""

    DISPOSABLE = "disposable"
    FREE = "free"
    ORGANISATION = "organisation"


def domain_of(address: str) -> str:
    """The registrable domain of an address in normal form: ``mei@sh.example.com.cn`` gives ``example.com.cn``.

    Nothing where the address belongs to a public suffix itself.
    """
    return registrable(address.rpartition("@")[2])


@lru_cache(maxsize=20_000)
def whose(domain: str) -> MailDomain:
    """Disposable first: the public lists of free providers hold throw-away domains, too."""
    names = _with_parents(domain.strip().rstrip(".").lower())
    if any(name in _disposable() for name in names):
        return MailDomain.DISPOSABLE
    if any(name in free_mail() for name in names):
        return MailDomain.FREE
    return MailDomain.ORGANISATION


def is_free_mail(address: str) -> bool:
    """Whether anybody can have an address (in its normal form) at this domain: it says nothing about a company."""
    return whose(address.rpartition("@")[2]) != MailDomain.ORGANISATION


def organisation_domain(address: str) -> str:
    """The registrable domain of an address in normal form where that is an organisation's; else nothing."""
    return organisation_of(address.rpartition("@")[2])


@foretold(most=20_000)
def organisation_of(domain: str) -> str:
    """The registrable domain of a mailbox's domain where that is an organisation's; else nothing."""
    return "" if not domain or whose(domain) != MailDomain.ORGANISATION else registrable(domain)


def _with_parents(domain: str) -> list[str]:
    """``a.example.com`` and ``example.com``: lists name the one or the other."""
    labels = domain.split(".")
    return [".".join(labels[at:]) for at in range(max(len(labels) - 1, 1))]


@cache
def free_mail() -> frozenset[str]:
    """Domains at which anybody has an address. A tree whose files are not built yet knows the most used ones only."""
    packaged: list[str] = json.loads(_PACKAGED.read_text()) if _PACKAGED.exists() else []
    return frozenset((*_CHINA.split(), *_WORLD.split(), *packaged))


@cache
def _disposable() -> Set[str]:
    from disposable_email_domains import blocklist

    return blocklist
