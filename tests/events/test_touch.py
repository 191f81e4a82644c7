"""Where a page view came from."""

import re

import pytest
import yaml

from wutong.events.pages import page_name
from wutong.events.touch import CHANNELS, Touch, classify

HERE = "https://www.example.com/pricing"


@pytest.mark.parametrize(
    ("url", "ref", "channel", "campaign"),
    [
        (HERE, "", "direct", ""),
        (HERE, "https://www.example.com/", "", ""),
        (HERE, "https://WWW.example.com/", "", ""),
        (f"{HERE}?utm_medium=cpc&utm_campaign=spring", "https://www.baidu.com/", "paid_search", "spring"),
        (f"{HERE}?utm_medium=CPC", "", "paid_search", ""),
        (f"{HERE}?UTM_Medium=email&utm_campaign=九月", "", "email", "九月"),
        (f"{HERE}?utm_medium=edm", "https://www.example.com/", "email", ""),
        (f"{HERE}?bd_vid=1", "https://www.baidu.com/link", "paid_search", ""),
        (f"{HERE}?gclid=abc&utm_campaign=c", "https://www.google.com/", "paid_search", "c"),
        (f"{HERE}?utm_source=zhihu", "", "social", ""),
        (f"{HERE}?utm_source=wechat", "https://mp.weixin.qq.com/", "wechat", ""),
        (f"{HERE}?utm_source=partner-x", "", "referral", ""),
        (f"{HERE}?utm_campaign=spring", "", "direct", "spring"),
        (HERE, "https://www.baidu.com/link?url=x", "search", ""),
        (HERE, "https://m.baidu.com/s", "search", ""),
        (HERE, "https://www.google.com.hk/", "search", ""),
        (HERE, "https://cn.bing.com/", "search", ""),
        (HERE, "https://www.so.com/s", "search", ""),
        (HERE, "https://www.sogou.com/", "search", ""),
        (HERE, "https://mp.weixin.qq.com/s/abc", "wechat", ""),
        (HERE, "https://work.weixin.qq.com/", "wechat", ""),
        (HERE, "https://channels.weixin.qq.com/live", "video", ""),
        (HERE, "https://www.douyin.com/", "video", ""),
        (HERE, "https://www.bilibili.com/video/1", "video", ""),
        (HERE, "https://www.zhihu.com/question/1", "social", ""),
        (HERE, "https://weibo.com/", "social", ""),
        (HERE, "https://www.linkedin.com/", "social", ""),
        (HERE, "https://chatgpt.com/", "ai", ""),
        (HERE, "https://gemini.google.com/", "ai", ""),
        (HERE, "https://chat.deepseek.com/", "ai", ""),
        (HERE, "https://www.doubao.com/", "ai", ""),
        (HERE, "https://kimi.moonshot.cn/", "ai", ""),
        (HERE, "https://copilot.microsoft.com/", "ai", ""),
        (HERE, "https://mail.qq.com/", "email", ""),
        (HERE, "https://exmail.qq.com/", "email", ""),
        (HERE, "https://mail.google.com/", "email", ""),
        (HERE, "https://so.customer.com/", "referral", ""),
        (HERE, "https://google.attacker.example/", "referral", ""),
        (HERE, "https://x.customer.com/", "referral", ""),
        (HERE, "https://www.notbaidu.com/", "referral", ""),
        (HERE, "https://news.example.org/a", "referral", ""),
        (HERE, "android-app://com.tencent.mm/", "referral", ""),
        ("", "", "direct", ""),
    ],
)
def test_what_the_link_says_beats_what_the_page_before_says(url: str, ref: str, channel: str, campaign: str) -> None:
    assert classify(url, ref) == Touch(channel, campaign)
    assert channel in CHANNELS or not channel


@pytest.mark.parametrize(
    "broken", ["http://[", "https://[::1/path", "http://[abc]/", "http://]:80/", "//[", "http://a b/"]
)
def test_an_address_that_cannot_be_read_stops_nothing(broken: str) -> None:
    assert classify(HERE, broken).channel in CHANNELS
    assert classify(broken, HERE).channel in CHANNELS
    assert isinstance(page_name("", broken), str)


def hosts(shared_data, file: str, site: str) -> list[str]:
    """The hosts of one site in the reference list, without pages within a host and patterns for many."""
    entries = yaml.safe_load(shared_data(f"referrers/{file}").read_text())[site]
    found = [url for entry in entries for url in (entry["urls"] if isinstance(entry, dict) else [entry])]
    apps = ("com.google", "linkedin.android")
    return [
        host
        for host in found
        if re.fullmatch(rf"([a-z0-9-]+\.)*{BRANDS[site]}\.[a-z.]+", host) and not host.startswith(apps)
    ]


BRANDS = {
    "Baidu": "baidu", "Bing": "bing", "Sogou": "sogou", "360search": "so", "Google": "google", "Yandex": "yandex",
    "DuckDuckGo": "duckduckgo", "Yahoo!": "yahoo", "Weibo": "weibo", "LinkedIn": "linkedin", "Facebook": "facebook",
    "Instagram": "instagram", "Twitter": "twitter", "ChatGPT": "(chatgpt|openai)", "Claude": "claude",
    "Copilot": "copilot.microsoft", "Perplexity": "perplexity", "Gemini": "gemini.google", "Deepseek": "deepseek",
    "Douyin": "douyin", "YouTube": "youtube",
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "channel", "sites"),
    [
        ("SearchEngines.yml", "search", "Baidu Bing Sogou 360search Google Yandex DuckDuckGo Yahoo!"),
        ("Socials.yml", "social", "Weibo LinkedIn Facebook Instagram Twitter"),
        ("Socials.yml", "video", "Douyin YouTube"),
        ("AIAssistants.yml", "ai", "ChatGPT Claude Copilot Perplexity Gemini Deepseek"),
    ],
)
def test_sites_of_the_reference_list_are_what_they_are(shared_data, file: str, channel: str, sites: str) -> None:
    told = {
        host: classify(HERE, f"https://{host}/").channel
        for site in sites.split()
        for host in hosts(shared_data, file, site)
    }
    assert len(told) >= len(sites.split())
    assert {host: said for host, said in told.items() if said != channel} == {}
