"""Whose the domain of an address is."""

import pytest

from wutong.people.mail_domains import MailDomain, domain_of, organisation_domain, whose
from wutong.people.public_suffixes import registrable


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("mei@example.com", "example.com"),
        ("mei@sh.example.com.cn", "example.com.cn"),
        ("mei@cs.tsinghua.edu.cn", "tsinghua.edu.cn"),
        ("mei@com.cn", ""),
        ("mei@any.ck", ""),
        ("mei@sales.www.ck", "www.ck"),
        ("mei@sh.梧桐.公司.cn", "梧桐.公司.cn"),
        ("mei@sh.example.xn--55qx5d.cn", "example.xn--55qx5d.cn"),
        ("mei@printer.local", ""),
    ],
)
def test_a_domain_ends_where_somebody_has_registered_it(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    "text", ["http://sh.example.com.cn:8443/a?b", "//mei@sh.example.com.cn", "sh。example。com。cn。"]
)
def test_what_surrounds_a_domain_is_let_go(text: str) -> None:
    assert registrable(text).replace("。", ".") == "example.com.cn"


def test_domains_end_where_tldextract_lets_them_end() -> None:
    from tldextract import TLDExtract

    extract = TLDExtract(suffix_list_urls=(), cache_dir=None)
    suffixes = [one.removeprefix("!").replace("*", "some") for one in extract.tlds[::5]]
    domains = [f"{above}{suffix}" for suffix in suffixes for above in ("", "a.", "b.a.")]
    assert {one: registrable(one) for one in domains} == {
        one: extract(one).top_domain_under_public_suffix for one in domains
    }


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        ("qq.com", MailDomain.FREE),
        ("vip.163.com", MailDomain.FREE),
        ("gmail.com", MailDomain.FREE),
        ("mailinator.com", MailDomain.DISPOSABLE),
        ("anything.mailinator.com", MailDomain.DISPOSABLE),
        ("example.com", MailDomain.ORGANISATION),
    ],
)
def test_a_domain_is_a_providers_or_an_organisations(domain: str, kind: MailDomain) -> None:
    assert whose(domain) is kind


def test_a_free_domain_names_no_organisation() -> None:
    assert (
        organisation_domain("mei@qq.com") == organisation_domain("mei@mailinator.com") == organisation_domain("") == ""
    )


def test_the_lists_agree_with_the_reference_data(shared_data) -> None:
    disposable = shared_data("email_domains/disposable.txt").read_text().split()
    free = [name for name in shared_data("email_domains/free.txt").read_text().split() if name not in set(disposable)]
    assert sum(whose(name) is MailDomain.DISPOSABLE for name in disposable) / len(disposable) >= 0.98
    assert sum(whose(name) is not MailDomain.ORGANISATION for name in free) / len(free) >= 0.98
