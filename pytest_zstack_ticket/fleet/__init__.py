"""Fleet: many targets examined in waves, each by a run of pytest in a process of its own, on Dask or in this process.

May import every package but `plugin` and `cli`; only `dask_engine` knows Dask.
"""
