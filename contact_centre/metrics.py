"""Owns the numbers that operators watch of the contact centre."""

from prometheus_client import Counter, Histogram

CONTACTS = Counter("contacts_registered", "Contacts registered", ["channel"])
MESSAGES = Counter("citizen_messages", "Messages received from citizens", ["channel"])
HANDOFFS = Counter("contacts_queued", "Contacts handed to the queue for a consultant", ["channel"])
DIALOGUE_FAULTS = Counter("dialogue_faults", "Turns that the dialogue failed to answer", ["kind"])
DIALOGUE_SECONDS = Histogram(
    "dialogue_turn_seconds",
    "Time of one turn of the dialogue, failed ones included",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0),
)
