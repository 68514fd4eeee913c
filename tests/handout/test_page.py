"""The HTML page and the PDF: texts are escaped and have their direction, every sign is drawn, codes are right."""

import asyncio
import io
import json
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest
import segno
import typst
from PIL import Image

from kinegraph.handout import rules_page, rules_words
from kinegraph.handout.rules import Handout
from kinegraph.patient.rules import Language
from kinegraph.typesetting.documents import TooManyPages, TypesetBusy, TypesetFailed, Typesetter
from tests.handout.samples import HOSTILE, VIDEO, sample

FONTS = '#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), fallback: false, weight: "%s")\n'
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes, its texts in their order, and whether all elements are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] != "style":
            self.texts.append(" ".join(data.split()))


def page_of(handout: Handout) -> Page:
    """The parsed page of a handout."""
    return Page(rules_page.html(handout, rules_page.figures_of(handout)))


def compiled(template: str | bytes, data: object, pictures: dict[str, bytes] | None = None, form: str = "svg") -> bytes:
    """All pages that Typst makes of a template, in this process, one after another."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (pictures or {}).items():
            (Path(folder) / name).write_bytes(content)
        source = template.encode() if isinstance(template, str) else template
        made = typst.Compiler(source, root=folder, ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)})
        pages = made.compile(format="png", ppi=144) if form == "png" else made.compile(format="svg")
    assert pages is not None
    return b"".join(pages) if isinstance(pages, list) else pages


@pytest.mark.parametrize("language", Language)
def test_the_page_has_its_language_and_direction_and_loads_and_runs_nothing(language: Language) -> None:
    page = page_of(sample(language))
    assert page.open == []
    (root,) = [attributes for tag, attributes in page.elements if tag == "html"]
    assert root == {"lang": language.value, "dir": "rtl" if language is Language.HE else "ltr"}
    assert not {"script", "link", "iframe", "object", "form", "b"} & {tag for tag, _ in page.elements}
    sources = [str(attributes["src"]) for _, attributes in page.elements if "src" in attributes]
    assert sources and all(each.startswith("data:image/png;base64,") for each in sources)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_english_instructions_stay_from_left_to_right_in_a_hebrew_page_which_says_so() -> None:
    page = page_of(sample(Language.HE))
    items = [attributes for tag, attributes in page.elements if tag == "li"]
    assert [(each["lang"], each["dir"]) for each in items] == [
        *([("en", "ltr")] * 4),
        ("he", "rtl"),
    ]
    assert any("הוראות הביצוע כתובות באנגלית." in text for text in page.texts)
    assert not any("באנגלית" in text for text in page_of(sample(Language.EN)).texts)


def test_the_texts_of_the_page_follow_in_the_order_in_which_they_are_read() -> None:
    texts = page_of(sample(Language.EN, patient="Dana")).texts
    order = [
        *(
            "Harbor Physio",
            "Dana",
            "Emergency: stop and call the emergency number.",
            "Stop and contact your clinic.",
            "Exercises on each day",
            "Weeks 1–2, 4",
            "Week 3",
        ),
        *("Stand 3 × 10 cm from the wall.", "Pay attention to", "Safety", "Version 2 of 3 March 2026"),
    ]
    assert [text for text in dict.fromkeys(reversed(texts)) if text in order][::-1] == order  # by their last places
    assert HOSTILE in texts  # exactly as it was written


@pytest.mark.parametrize("language", Language)
async def test_hostile_texts_are_shown_and_never_read_as_markup_by_typst(language: Language) -> None:
    handout = sample(language, patient=HOSTILE)
    pictures = rules_page.figures_of(handout)
    named = {rules_page.picture_name(number): content for number, content in pictures.items()}
    typesetter = Typesetter()
    async with typesetter.turn():
        pdf = await typesetter.pdf(rules_page.TEMPLATE, rules_page.typeset_input(handout, pictures), named)
    assert pdf.startswith(b"%PDF-")
    assert b"/JavaScript" not in pdf and b"/OpenAction" not in pdf


def test_the_code_of_an_address_is_its_qr_code_module_by_module() -> None:
    code = segno.make_qr(VIDEO, error="m")
    svg = rules_page.code_of(VIDEO)
    assert svg is not None
    template = (
        "#set page(width: 10cm, height: 10cm, margin: 0pt)\n#let d = json(bytes(sys.inputs.data))\n"
        '#image(bytes(d), format: "svg", width: 10cm)'
    )
    image = Image.open(io.BytesIO(compiled(template, svg, form="png"))).convert("L")
    side, border = len(code.matrix), 4
    step = image.width / (side + 2 * border)
    for row in range(side):
        for column in range(side):
            place = int((border + column + 0.5) * step), int((border + row + 0.5) * step)
            brightness = image.getpixel(place)
            assert isinstance(brightness, int) and (brightness < 128) == bool(code.matrix[row][column]), (row, column)


def test_an_address_that_no_camera_reads_has_no_code() -> None:
    assert rules_page.code_of(None) is None
    assert rules_page.code_of(f"https://video.example/{'a' * 600}") is None


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_the_fonts_of_the_pdf_have_every_sign_that_is_drawn(weight: str) -> None:
    signs = [chr(code) for code in range(0x21, 0xFB50) if rules_words.is_drawn(chr(code)) and code not in (0xA0, 0xAD)]
    template = (
        FONTS % weight + "#set page(width: 60cm, height: auto)\n#let d = json(bytes(sys.inputs.data))\n"
        '#for (i, c) in d.enumerate() [#link("https://x.example/" + str(i), box(width: 1cm, height: 1cm, text(c))) ]'
    )
    svg = compiled(template, ["\u4f60", *signs]).decode()
    parts = re.split(r'<a href="https://x\.example/(\d+)"', svg)
    numbered = zip(map(int, parts[1::2]), parts[::2], strict=False)  # a glyph stands before its link
    glyphs = {number: {*re.findall(r'href="#(\w+)"', part)} for number, part in numbered}
    missing = glyphs.pop(0)
    assert len(missing) == 1 and len(glyphs) == len(signs) > 1000
    assert [signs[number - 1] for number, used in glyphs.items() if used & missing] == []


@pytest.mark.parametrize("language", Language)
def test_no_sign_of_a_handout_is_missing_in_the_pdf(language: Language) -> None:
    handout = sample(language, patient="Dana דנה Дана 😀")
    pictures = rules_page.figures_of(handout)
    named = {rules_page.picture_name(number): content for number, content in pictures.items()}
    data = json.loads(rules_page.typeset_input(handout, pictures))
    (missing,) = re.findall(r'href="#(\w+)"', compiled(FONTS % "regular" + "\u4f60", None).decode())
    assert missing not in compiled(rules_page.TEMPLATE, data, named).decode()


async def test_a_handout_takes_two_pages_and_is_refused_where_one_is_allowed() -> None:
    data = json.loads(rules_page.typeset_input(sample(Language.HE), {}))
    assert compiled(rules_page.TEMPLATE, data).count(b"<svg viewBox") == 2
    with pytest.raises(TooManyPages):
        await Typesetter().pdf(rules_page.TEMPLATE, json.dumps({**data, "max_pages": 1}), {})


async def test_a_document_that_is_too_long_or_fails_is_refused() -> None:
    typesetter = Typesetter(seconds=10)
    long = b"""#set page(footer: context { if counter(page).final().first() > 2 { panic("too many pages") } })
#pagebreak() #pagebreak()"""
    with pytest.raises(TooManyPages):
        await typesetter.pdf(long, "", {})
    with pytest.raises(TypesetFailed, match="status 1"):
        await typesetter.pdf(b"#unknown", "", {})


async def test_a_document_that_takes_too_long_is_ended_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    typesetter = Typesetter(seconds=0.5)
    slow = b"#for i in range(9999) { for j in range(9999) { let x = i * j } }"
    with pytest.raises(TypesetBusy):
        async with typesetter.turn():
            await typesetter.pdf(slow, "", {"picture-1": b"picture"})
    assert await asyncio.to_thread(lambda: [*tmp_path.iterdir()]) == []


async def test_more_documents_than_may_wait_are_refused_at_once() -> None:
    typesetter, ended = Typesetter(), asyncio.Event()

    async def hold() -> None:
        async with typesetter.turn():
            await ended.wait()

    held = [asyncio.create_task(hold()) for _ in range(10)]
    await asyncio.sleep(0)
    with pytest.raises(TypesetBusy):
        async with typesetter.turn():
            pass
    ended.set()
    await asyncio.gather(*held)
    async with typesetter.turn():
        pass


def test_a_figure_is_shown_as_two_of_its_moments() -> None:
    (content,) = rules_page.figures_of(sample(Language.EN)).values()
    assert Image.open(io.BytesIO(content)).size == (576, 288)


def test_a_code_is_svg_by_itself() -> None:
    svg = rules_page.code_of(VIDEO)
    assert svg is not None and ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # our own text
