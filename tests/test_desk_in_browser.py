"""The desk in a real browser: sign-in, pages that fit, axe, no console errors, everything with JavaScript off."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pyotp.totp import TOTP

from diembao.system.clock import now
from pipeline.records.accounts import Account
from tests.support.browsers import SIZES, faults, keep_picture, needs_chromium, watch
from tests.support.desk_server import PASSWORD, Desk, serve_desk, write_desk_home

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.long(35), needs_chromium]


@pytest.fixture(scope="module")
def desk(desk_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serve_desk(write_desk_home(tmp_path_factory.mktemp("home")), desk_address) as served:
        yield served


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [
        (*SIZES[0], "light"),
        (*SIZES[1], "dark"),
        pytest.param(*SIZES[0], "dark", marks=pytest.mark.thorough),
        pytest.param(*SIZES[1], "light", marks=pytest.mark.thorough),
    ],
)
def test_every_page_fits_and_can_be_read(desk: Desk, browser: "Browser", width: int, height: int, scheme: str) -> None:
    if scheme == "dark" and width == 390:
        pytest.skip("colours are the same at both widths")
    administrator = desk.account("administrator", full_name="Nguyễn Thị Hồng Nhung")
    editor, _ = desk.with_password("editor", full_name="Một Người Có Tên Rất Là Dài Dằng Dặc")
    fresh = desk.account("editor", totp=False)
    number = editor.id
    pages: dict[Account | None, tuple[str, ...]] = {
        None: ("/sign-in",),
        fresh: ("/second-factor",),
        editor: ("/today", "/profile", "/second-factor/remove"),
        administrator: () if scheme == "dark" else (
            "/today", "/accounts", "/accounts/new", f"/accounts/{number}", f"/accounts/{number}/disable",
            f"/accounts/{number}/erase", "/departments",
        ),
    }  # fmt: skip
    wrong: list[str] = []
    for account, paths in pages.items():
        context = desk.browser(browser, account, viewport={"width": width, "height": height}, color_scheme=scheme)
        page = context.new_page()
        said = watch(page)
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            wrong += [f"{path}: {fault}" for fault in [*faults(page), *said]]
        said.clear()
        page.goto("/nothing")
        wrong += [f"/nothing: {fault}" for fault in faults(page)]
        context.close()
    assert wrong == []


@pytest.mark.parametrize("scripts", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_a_person_signs_in_sets_up_and_signs_out(desk: Desk, browser: "Browser", scripts: bool) -> None:
    """From name and password to the second factor, in again with it, and out; with and without JavaScript."""
    account, _ = desk.with_password("editor", totp=False)
    context = desk.browser(browser, java_script_enabled=scripts)
    page = context.new_page()
    said = watch(page)
    page.goto("/profile")
    page.get_by_label("Tên đăng nhập").fill(account.name)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/second-factor")
    secret = page.locator("span.secret").inner_text().replace(" ", "")
    shown = page.locator("img.qr").bounding_box()
    assert shown is not None
    assert shown["width"] > 150
    page.get_by_label("Mã", exact=True).fill(TOTP(secret).at(now() - timedelta(seconds=30)))
    page.get_by_role("button", name="Bật").click()
    page.get_by_role("heading", name="Mã dự phòng").wait_for()
    assert page.locator("ul.codes li").count() == 10
    page.get_by_role("link", name="Tôi đã cất mã, tiếp tục").click()
    page.wait_for_url("**/today")
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")
    assert "Đã đăng xuất." in page.locator("#notices").inner_text()
    page.get_by_label("Tên đăng nhập").fill(account.name)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    page.get_by_label("Mã", exact=True).fill(TOTP(secret).at(now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    page.goto("/sign-in")
    page.wait_for_url("**/today")
    page.go_back()
    context.close()
    assert [line for line in said if not line.startswith("Clear-Site-Data header on")] == []


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_an_administrator_invites_and_disables(desk: Desk, browser: "Browser", scripts: bool) -> None:
    context = desk.browser(browser, desk.account("administrator"), java_script_enabled=scripts)
    page = context.new_page()
    said = watch(page)
    page.goto("/")
    page.get_by_role("link", name="Tài khoản").click()
    page.get_by_role("link", name="Mời thêm người").click()
    page.get_by_label("Tên đăng nhập").fill(f"lan.{'co' if scripts else 'khong'}")
    page.get_by_label("Họ và tên").fill(f"Lan {scripts}")
    page.get_by_role("radio", name=re.compile("Người duyệt tin")).check()
    page.get_by_role("button", name="Tạo tài khoản").click()
    link = page.locator("p.secret").inner_text()
    person = browser.new_context(java_script_enabled=scripts)
    door = person.new_page()
    door.goto(link)
    assert faults(door) == [] if scripts else True
    door.get_by_label("Mật khẩu mới", exact=True).fill("bốn cái ghế tre cạnh cửa sổ")
    door.get_by_label("Nhập lại mật khẩu mới").fill("bốn cái ghế tre cạnh cửa sổ")
    door.get_by_role("button", name="Đặt mật khẩu").click()
    door.wait_for_url("**/today")
    assert "Đã đặt mật khẩu." in door.locator("#notices").inner_text()
    page.get_by_role("link", name="Tài khoản").last.click()
    page.get_by_role("link", name=f"Lan {scripts}", exact=True).click()
    page.get_by_role("link", name="Khóa").click()
    page.get_by_role("button", name="Khóa").click()
    assert "Đã khóa tài khoản" in page.locator("#notices").inner_text()
    door.reload()
    assert "/sign-in" in door.url
    person.close()
    context.close()
    assert said == []


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_menu_is_one_line_that_opens(desk: Desk, browser: "Browser", scripts: bool) -> None:
    account = desk.account("administrator", full_name="Công Tằng Tôn Nữ Thị Ngọc Huyền")
    phone = {"width": SIZES[0][0], "height": SIZES[0][1]}
    context = desk.browser(browser, account, java_script_enabled=scripts, viewport=phone)
    page = context.new_page()
    page.goto("/today")
    shown = page.locator("header.top").bounding_box()
    assert shown is not None
    assert shown["height"] < 60
    link = page.get_by_role("link", name="Tài khoản", exact=True)
    assert not link.is_visible()
    page.get_by_text("Danh mục").click()
    assert link.is_visible()
    assert page.get_by_role("button", name="Đăng xuất").is_visible()
    assert not scripts or faults(page) == []
    keep_picture(page, f"menu-{scripts}")
    page.get_by_role("checkbox", name="Danh mục").press("Space")
    assert not link.is_visible()
    page.get_by_role("checkbox", name="Danh mục").press("Space")
    link.click()
    page.wait_for_url("**/accounts")
    context.close()


def test_a_form_is_sent_once(desk: Desk, browser: "Browser") -> None:
    """A second click sends nothing; whoever comes back to the page may send again."""
    context = desk.browser(browser, desk.account("reviewer"))
    page = context.new_page()
    page.goto("/profile")
    sent = page.evaluate(
        """() => {
            const form = document.querySelector("form[action='/profile/language']"), refused = [];
            addEventListener("submit", (event) => { refused.push(event.defaultPrevented); event.preventDefault(); });
            form.requestSubmit();
            form.requestSubmit();
            dispatchEvent(new Event("pageshow"));
            form.requestSubmit();
            return refused;
        }"""
    )
    assert sent == [False, True, False]
    context.close()
