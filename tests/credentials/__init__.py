"""Credentials as the world reads them."""
