"""From Hydra's JSON and HTML to the model: the only room that reads raw keys and knows the quirks.

Each function takes the body of one answer and returns canonical values, whether the server writes
0/1 or true/false, "" or null. A body of another shape raises `NotAHydraError`, which names the
address `where` it came from. An unreadable value counts as unknown; `note` is called with those.
"""
