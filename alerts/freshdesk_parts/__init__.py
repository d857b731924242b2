"""What the Freshdesk channel is made of."""
