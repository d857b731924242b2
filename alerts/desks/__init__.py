"""What the help desks share: a ticket's words, the flow of a telling, asking in JSON.

A desk is a channel whose ``send`` and ``retract`` go through :mod:`alerts.desks.telling`; it gives
that a :class:`~alerts.desks.telling.Tickets`, the few things that are done at this one desk.
"""
