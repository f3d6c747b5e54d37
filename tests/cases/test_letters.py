"""Reading a mail: every character set, every shape, nothing believed."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.cases.inputs import MAX_TEXT
from chuangcheng.cases.letters import CUT, Content, decoded, read
from tests.cases.play import picture


def mail(text: str = "小区门口有垃圾。", **headers: str) -> EmailMessage:
    message = EmailMessage()
    values = {"From": "王芳 <wang@example.com>", "Subject": "反映问题", "Message-ID": "<1@example.com>",
              "Date": "Tue, 15 Sep 2026 09:00:00 +0800", **{name.replace("_", "-"): value for name, value in headers.items()}}  # fmt: skip
    for name, value in values.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message


def understood(message: EmailMessage | bytes) -> Content:
    content = read(message if isinstance(message, bytes) else bytes(message))
    assert content is not None
    return content


def raw(body: bytes, kind: str = "text/plain; charset=gb2312", subject: bytes = b"x") -> bytes:
    return (b"From: a@b.cn\r\nSubject: " + subject + b"\r\nMessage-ID: <2@b>\r\nContent-Type: " + kind.encode()
            + b"\r\n\r\n" + body)  # fmt: skip


def test_a_plain_letter() -> None:
    content = understood(mail())
    assert content == Content(
        "<1@example.com>", "王芳 <wang@example.com>", datetime(2026, 9, 15, 1, tzinfo=UTC), "反映问题\n小区门口有垃圾。",
        (), 0, automatic=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("㙍垃圾堆在门口".encode("gb18030"), "gb2312"),  # GBK that calls itself GB2312
        ("垃圾堆在门口".encode("gbk"), "GBK"),
        ("垃圾堆在门口".encode("gbk"), "us-ascii"),
        ("垃圾堆在门口".encode(), "unknown-charset"),
        ("垃圾堆在门口".encode("gbk"), "x-unknown"),
        ("垃圾堆在門口".encode("big5"), "big5"),
        ("垃圾堆在门口".encode("utf-16"), "utf-16"),
        ("垃圾堆在门口".encode(), "rot13"),
        ("垃圾堆在门口".encode(), "zlib"),
        ("垃圾堆在门口".encode(), ""),
    ],
)
def test_any_character_set(body: bytes, charset: str) -> None:
    text = decoded(body, charset)
    assert "堆在" in text


def test_headers_without_any_encoding_are_read_too() -> None:
    content = understood(raw("路灯不亮".encode("gbk"), subject="关于路灯".encode("gbk")))
    assert content.text == "关于路灯\n路灯不亮"
    assert understood(raw(b"x", subject=b"=?utf-8?b?broken")).text.startswith("=?utf-8?b?broken")
    assert understood(raw(b"x", subject=b"=?gb2312?B?udjT2sK3tcY=?=")).text == "关于路灯\nx"


def test_plain_text_goes_before_html() -> None:
    message = mail("文字")
    message.add_alternative("<p>网页</p>", subtype="html")
    assert understood(message).text == "反映问题\n文字"


def test_html_is_read_for_its_words() -> None:
    html = ("<html><head><title>t</title><style>p{}</style><body><script>alert(1)</script><p>第一行&nbsp;&lt;b&gt;</p>"
            "<div>第二行<br>第三行</div><template>藏</template></body>")  # fmt: skip
    text = understood(raw(html.encode(), "text/html; charset=utf-8")).text
    assert text.split("\n") == ["x", "第一行 <b>", "第二行", "第三行"]


@pytest.mark.parametrize(
    "html", ["<p>" * 20_000 + "完", "<head>完", "<body><!--完", "<![CDATA[完", "<script>完", "&#x110000;完"]
)
def test_hostile_html_is_survived(html: str) -> None:
    assert understood(raw(html.encode(), "text/html; charset=utf-8")).text.startswith("x")


def test_pictures_are_found_by_kind_or_name_and_bounded() -> None:
    message = mail()
    for number in range(11):
        message.add_attachment(picture(), maintype="image", subtype="jpeg", filename=f"{number}.jpg")
    message.add_attachment(picture(), maintype="application", subtype="octet-stream", filename="照片.JPG")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    content = understood(message)
    assert (len(content.pictures), content.pictures_left) == (9, 3)


def test_an_attached_text_is_not_the_letter() -> None:
    message = mail("正文")
    message.add_attachment("附件", filename="a.txt")
    assert understood(message).text == "反映问题\n正文"


def test_a_long_letter_is_cut_and_says_so() -> None:
    text = understood(mail("长" * 30_000)).text
    assert len(text) == MAX_TEXT
    assert text.endswith(CUT)


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {"Return_Path": "<>"},
     {"From": "MAILER-DAEMON@example.com"}, {"List_Id": "<a.example.com>"}],
)  # fmt: skip
def test_what_nobody_wrote_is_known(headers: dict[str, str]) -> None:
    assert understood(mail(**headers)).automatic
    assert not understood(mail(Auto_Submitted="no")).automatic
    assert not understood(mail(From="noreply@forms.city.example")).automatic  # the city's own form sends like this


def test_a_bounce_is_known_by_its_shape() -> None:
    bounce = b'From: x@y\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n\r\nfailed\r\n--b--\r\n'
    assert understood(bounce).automatic


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Foo 2026", "Mon, 01 Jan 1990 00:00:00 +0000", "0 0 0 0"])
def test_a_false_date_is_none(date: str) -> None:
    assert understood(mail(Date=date) if date != "0 0 0 0" else b"Date: 0 0 0 0\r\n\r\nx").sent_at is None


def test_a_long_name_leaves_the_address() -> None:
    assert understood(mail(From=f"{'长' * 60} <a@example.com>")).sender == "a@example.com"
    assert understood(mail(From="")).sender == ""


def test_letters_in_letters_without_end() -> None:
    deep = b"From: a@b\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number) for number in range(3000)
    )  # fmt: skip
    content = read(deep)
    assert content is None or content.text == ""


def test_nothing_is_no_letter() -> None:
    assert read(b"") is None
    assert read(b"\r\n\r\nno header at all") is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"From: a@b\r\nContent-Type: text/html\r\n\r\n", b"Subject: =?",
       b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n', b"Content-Transfer-Encoding: base64\r\n\r\n"]))  # fmt: skip
def test_no_bytes_break_the_reader(data: bytes, before: bytes) -> None:
    content = read(before + data)
    if content is not None:
        for words in (content.text, content.sender, content.message_id):
            assert "\0" not in words
            words.encode("utf-8")
