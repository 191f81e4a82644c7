"""Mail providers at which anybody has an address: it says nothing about a company.

The most used ones in China and the world, as of November 2026; a provider that is missing counts as a company's.
"""

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
FREE_MAIL = frozenset(f"{_CHINA} {_WORLD}".split())


def is_free_mail(address: str) -> bool:
    """Whether an address (in its normal form) belongs to one of :data:`FREE_MAIL`."""
    return address.rpartition("@")[2].casefold() in FREE_MAIL
