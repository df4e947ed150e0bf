"""What can happen in Lyceum: events, commands and the deciders between them. Pure."""
