"""For the project's own tests; the suites need nothing from here."""

pytest_plugins = ["pytester"]
