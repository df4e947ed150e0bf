"""Hypothesis measures no time here: how long an example takes says nothing on a machine that others share."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
