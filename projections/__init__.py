"""Views: pure folds over the log, and the follower that keeps them."""
