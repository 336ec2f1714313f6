"""Questions about a cache: what fails, since when, what changed, what blocks a channel.

An index beside the cache answers them without reading all of it. Each question gives a `Table`.
"""
