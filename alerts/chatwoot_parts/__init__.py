"""What the Chatwoot channel is made of."""
