"""The browser's files: which exist, how they are cached, and that nothing else can be asked for."""

import gzip

import pytest

from duecare.web import assets


def url_of(gallery, path: str) -> str:
    with gallery.application.test_request_context():
        return assets.asset(path)


def test_bootstraps_stylesheet_comes_from_its_package(gallery):
    response = gallery.get(url_of(gallery, "vendor/bootstrap.min.css"))
    assert response.status_code == 200
    assert b"v5.3" in response.data[:200]


def test_the_parts_of_our_stylesheet_are_one_file(gallery):
    response = gallery.get(url_of(gallery, assets.STYLESHEET))
    assert response.mimetype == "text/css"
    assert b"--accent" in response.data
    assert b"@media print" in response.data


def test_a_file_under_the_current_version_is_kept_for_ever(gallery):
    response = gallery.get(url_of(gallery, "js/app.js"))
    assert response.headers["Cache-Control"] == assets.IMMUTABLE


def test_a_file_under_an_old_version_is_served_but_not_kept(gallery):
    response = gallery.get("/assets/0123456789abcdef/js/app.js")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "js/none.js",
        "js/../css/tokens.css",
        "vendor/bootstrap.bundle.js",
        "../../etc/passwd",
        "css/tokens.css",
    ],
)
def test_what_is_not_in_the_table_does_not_exist(gallery, path):
    assert gallery.get(f"/assets/x/{path}").status_code == 404


def test_a_browser_that_unpacks_gets_it_packed(gallery):
    response = gallery.get(url_of(gallery, "js/app.js"), headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == assets.load_assets().by_path["js/app.js"].body


def test_a_template_that_names_a_missing_file_fails(gallery):
    with pytest.raises(LookupError, match=r"none\.js"):
        url_of(gallery, "js/none.js")


def test_every_module_that_is_imported_exists(gallery):
    table = assets.load_assets().by_path
    for path in assets.script_paths():
        imported = [
            line.split('"')[1]
            for line in table[path].body.decode().splitlines()
            if line.startswith("import ")
        ]
        assert [name for name in imported if f"js/{name.removeprefix('./')}" not in table] == []
