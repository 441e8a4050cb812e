"""Answers speak the language that was asked for, chosen before, or preferred by the browser."""


def test_an_answer_speaks_the_language_of_the_address(app):
    assert '<html lang="es"' in app.test_client().get("/nowhere?lang=es").text


def test_a_language_once_asked_for_is_kept(app):
    client = app.test_client()
    client.get("/nowhere?lang=es")
    assert '<html lang="es"' in client.get("/nowhere").text


def test_without_a_choice_the_browser_decides(app):
    answer = app.test_client().get("/nowhere", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert '<html lang="es"' in answer.text


def test_an_unknown_language_changes_nothing(app):
    answer = app.test_client().get("/nowhere?lang=xx")
    assert '<html lang="en"' in answer.text
    assert "lang=" not in answer.headers.get("Set-Cookie", "")


def test_a_page_that_does_not_exist_says_what_to_do(app):
    answer = app.test_client().get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_browser_files_may_be_kept_and_pages_may_not(app):
    client = app.test_client()
    with app.test_request_context():
        from duecare.web.assets import asset

        path = asset("css/duecare.css")
    assert "immutable" in client.get(path).headers["Cache-Control"]
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"
