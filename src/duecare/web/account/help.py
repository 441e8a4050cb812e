"""What to do when the second factor is not at hand."""

from flask import render_template


def second_step_help() -> str:
    """Says how to get in: a recovery code, another device, or an administrator."""
    return render_template("account/help.html")
