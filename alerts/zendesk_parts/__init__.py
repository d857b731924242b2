"""What the Zendesk channel is made of."""
