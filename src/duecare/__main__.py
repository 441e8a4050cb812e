"""`python -m duecare` is `duecare`."""

from duecare.cli import main

raise SystemExit(main())
