"""The browser's files: our own, and Bootstrap's stylesheet out of its Python package, under one content hash.

Everything is read once at start into a fixed table, so a request can name nothing outside of it. The
hash covers all files together: modules import each other by relative path, and a changed file changes every
URL.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Blueprint, Flask, Response, abort, current_app, g, request, url_for

from duecare.core.requests import public

STYLESHEET = "css/duecare.css"
STYLESHEET_PARTS = (
    "tokens",
    "base",
    "shell",
    "forms",
    "tables",
    "lists",
    "components",
    "case",
    "release",
    "admin",
    "public",
    "print",
)
PACKAGE_FILES = {
    "vendor/bootstrap.min.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"),
}
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
IMMUTABLE = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


@dataclass(frozen=True)
class Asset:
    """One file as it goes over the wire, plain and gzipped."""

    body: bytes
    packed: bytes
    media_type: str


@dataclass(frozen=True)
class Assets:
    """All files by their path below `/assets/<version>/`."""

    version: str
    by_path: dict[str, Asset]


@cache
def load_assets() -> Assets:
    """Read every browser file; a missing one stops the start."""
    bodies = dict(_own_files())
    bodies[STYLESHEET] = b"\n".join(bodies.pop(f"css/{part}.css") for part in STYLESHEET_PARTS)
    for path, (package, source) in PACKAGE_FILES.items():
        bodies[path] = files(package).joinpath(source).read_bytes()
    digest = hashlib.sha256()
    for path in sorted(bodies):
        digest.update(path.encode() + b"\0" + bodies[path])
    return Assets(digest.hexdigest()[:16], {path: _asset(path, body) for path, body in bodies.items()})


@blueprint.get("/<version>/<path:path>")
@public("the same files for everybody, without any data")
def file(version: str, path: str) -> Response:
    """One file; under the current version it is kept for ever, under an old one asked for again."""
    assets = load_assets()
    found = assets.by_path.get(path)
    if found is None:
        abort(404)
    packed = request.accept_encodings.find("gzip") >= 0
    response = Response(found.packed if packed else found.body, mimetype=found.media_type)
    response.headers["Cache-Control"] = IMMUTABLE if version == assets.version else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def asset(path: str) -> str:
    """The URL of a browser file; a path that does not exist is a fault of the template."""
    assets = load_assets()
    if path not in assets.by_path:
        raise LookupError(f"no browser file {path!r}")
    return _base(assets.version) + path


def _base(version: str) -> str:
    """Where this request's browser files lie; a page names them a hundred times."""
    if "assets" not in g:
        g.assets = url_for("assets.file", version=version, path="")
    return str(g.assets)


def script_paths() -> list[str]:
    """The modules that every page preloads."""
    return sorted(path for path in load_assets().by_path if path.startswith("js/"))


def init_app(app: Flask) -> None:
    """Serve the files and give templates `asset(path)`; in debug mode changed files are read anew."""
    app.register_blueprint(blueprint)
    app.add_template_global(asset)
    app.add_template_global(script_paths)
    if app.debug:
        app.before_request(_forget_files)


def _forget_files() -> None:
    if current_app.debug and request.endpoint != "assets.file":
        load_assets.cache_clear()


def _own_files() -> Iterator[tuple[str, bytes]]:
    static = files("duecare.web").joinpath("static")
    for folder in sorted(static.iterdir(), key=lambda entry: entry.name):
        yield from _files_in(folder)


def _files_in(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_file():
            yield f"{folder.name}/{entry.name}", entry.read_bytes()


def _asset(path: str, body: bytes) -> Asset:
    suffix = path[path.rfind(".") :]
    media_type = MEDIA_TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Asset(body, gzip.compress(body, mtime=0), media_type)
