"""What the Jira channel is made of."""
