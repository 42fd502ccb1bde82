"""Conformance suite and pytest plugin for the CreateTicket API of ZStack Cloud."""
