"""The prediction of the next answer: an additive model that learns from every answer, and explains itself."""
