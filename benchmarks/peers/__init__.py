"""What ours is measured against, each at its best."""
