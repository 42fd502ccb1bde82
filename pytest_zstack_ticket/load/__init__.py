"""Many users at once: tickets created, followed, queried, cancelled and deleted for minutes or hours, each answer judged.

May import everything up to `runner`; gevent and Locust are imported by `load.users` and `load.__main__` alone, because
Locust replaces the sockets and threads of a whole process.
"""
