"""The gallery, as a client and as a served address."""

import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.web.gallery import create_gallery


@pytest.fixture
def gallery() -> FlaskClient:
    return create_gallery().test_client()


@pytest.fixture(scope="session")
def gallery_url() -> Iterator[str]:
    """The address of the gallery, served on this machine by a thread."""
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
