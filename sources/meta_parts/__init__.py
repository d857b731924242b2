"""What Facebook and Instagram share: Meta's Graph API, its webhooks, and reading it on and on."""
