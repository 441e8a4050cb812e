"""What every page must be, whatever it shows: titled, with one heading, labelled fields, unique ids."""

from lxml import html
from werkzeug.test import TestResponse

LABELLED = "//input[not(@type='hidden') and not(@type='submit')] | //select | //textarea"


def page(response: TestResponse) -> html.HtmlElement:
    """The parsed page of an answer, after its form was looked over."""
    tree = html.fromstring(response.text)
    assert faults(tree) == []
    return tree


def faults(tree: html.HtmlElement) -> list[str]:
    """What is wrong with a page's form."""
    ids = tree.xpath("//@id")
    found = [f"id {each} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1})]
    if not (tree.findtext(".//title") or "").strip():
        found.append("no title")
    if len(tree.xpath("//h1")) != 1:
        found.append("not exactly one h1")
    if tree.xpath("//*[@style] | //script[not(@src) and not(@type='application/json')]"):
        found.append("inline style or script")
    found += [
        f"no label: {each.get('name')}" for each in tree.xpath(LABELLED) if not _is_labelled(tree, each)
    ]
    found += [f"no such id: {each}" for each in tree.xpath("//@for | //@aria-controls") if each not in ids]
    posts = tree.xpath("//form[translate(@method, 'POST', 'post')='post']")
    found += ["a form without its token" for each in posts if not each.xpath(".//input[@name='csrf_token']")]
    return found


def text(tree: html.HtmlElement) -> str:
    """The words of a page, on one line."""
    return " ".join(tree.text_content().split())


def _is_labelled(tree: html.HtmlElement, field: html.HtmlElement) -> bool:
    if field.get("aria-label") or field.xpath("ancestor::label"):
        return True
    return bool(field.get("id")) and bool(tree.xpath("//label[@for=$id]", id=field.get("id")))
