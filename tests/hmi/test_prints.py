"""A record and a list on paper (B17, S1-1.8b)."""

from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served

ENVIRONMENT = {"ESTATE": "1"}


def test_the_page_of_a_record_and_a_list_lead_to_their_sheets(manager: Person) -> None:
    page = manager.open("/house/21")
    expect(page.get_by_role("link", name="打印")).to_have_attribute("href", "/print/house/21")
    page = manager.open("/house?q=3-2-5&column=code&column=built_area")
    path = page.get_by_role("link", name="打印").get_attribute("href")
    assert path == "/print/house?q=3-2-5&column=code&column=built_area"
    for one in ("/print/house/21", path, "/print/person/1", "/print/stay/1", "/print/house?sort=-built_area"):
        answer = page.request.get(manager.site.address + one)
        assert answer.status == 200, answer.text()
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF-")


def test_what_cannot_be_printed_says_why(manager: Person) -> None:
    address = manager.site.address
    answer = manager.page.request.get(f"{address}/print/house?f=nothing%1Fis%1Fx")
    assert (answer.status, "没有“nothing”这个字段" in answer.text()) == (422, True)
    for path in ("/print/house/9999", "/print/nothing", "/print/nothing/1"):
        assert manager.page.request.get(address + path).status == 404


def test_a_list_is_printed_only_by_who_may_take_records_out(browser: Browser, site: Served) -> None:
    """The auditor sees a record and prints it; a whole list is an export."""
    person = Person(browser, site)
    person.log_in("security")
    person.page.wait_for_url("**/")
    for path in ("/print/house", "/print/house/21"):
        assert person.page.request.get(site.address + path).status == 404
    person.close()
