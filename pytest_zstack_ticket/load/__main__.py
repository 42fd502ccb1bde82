"""The process of a load: gevent replaces sockets and threads before anything else is imported."""

from gevent import monkey

monkey.patch_all()

from pytest_zstack_ticket.load.process import main  # noqa: E402 - after sockets and threads have been replaced

raise SystemExit(main())
