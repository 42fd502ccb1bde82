"""Many users at once: tickets are created, followed, queried, cancelled and deleted for hours, each answer judged.

May import everything up to `runner`; gevent and Locust are imported by `load.users` and `load.__main__` alone, because
Locust replaces the sockets and threads of a whole process.
"""
