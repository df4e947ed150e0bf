"""The facilitator: a picture of the group, detectors that say when and whom, and words that are checked."""
