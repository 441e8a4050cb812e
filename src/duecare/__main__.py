"""`python -m duecare` is `duecare`."""

from duecare.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
