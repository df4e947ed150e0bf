"""One example of every kind of event that was ever written, as it stands in the log. Kept for ever.

`python -m tests.golden` writes the files that are missing, from `examples.py`; it never touches one that
is there. A file is not made to fit the code: the code must go on reading it.
"""
