"""The demo company that everybody meets first, in its full size."""

import re

from tests.e2e.browsing import PAIRWISE, settle, sign_in
from tests.e2e.conftest import NewContext
from tests.e2e.running import RunningDemo

TOTAL = re.compile(r"共 ([\d,]+) 条")


def test_the_demo_company_has_as_many_people_and_companies_as_it_says(
    demo: RunningDemo, new_context: NewContext
) -> None:
    page = sign_in(new_context(PAIRWISE[0]), demo, "he.lixin", PAIRWISE[0])
    counted = {}
    for path in ("/people/", "/accounts/"):
        page.goto(demo.web + path)
        settle(page)
        (told,) = TOTAL.findall(page.locator("main").inner_text())
        counted[path] = int(told.replace(",", ""))

    assert counted["/people/"] >= 1_500
    assert counted["/accounts/"] >= 400
    assert len(demo.logins) == 12
