"""The facilitator: what it sees, when it speaks, and what it may say."""
