"""The data files as types: a field that a file gets in `data` is added here too.

Each kind of file is described once. A test reads every data file of a site strictly by its type.
"""
