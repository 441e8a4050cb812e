"""The refusal as the sandboxed child raises it: a code and parameters, without the translated sentences."""

from collections.abc import Mapping


class Refusal(Exception):
    """This file is not accepted; `code` is a key of `refusals.REASONS`."""

    def __init__(self, code: str, params: Mapping[str, str | int] | None = None, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.detail = detail
