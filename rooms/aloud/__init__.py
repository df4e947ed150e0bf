"""The facilitator's voice: from words to frames of Opus."""
