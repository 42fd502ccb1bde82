"""The simulator's REST layer: routes, parameters, binding, authorization, the container's own pages.

May import the simulator's calls and values.
"""
