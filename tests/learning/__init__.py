"""What learners know and do next, over real servers."""
