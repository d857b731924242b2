"""What the Zammad channel is made of."""
