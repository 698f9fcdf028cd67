"""The telephone exchange in front of the voice process: Asterisk with a dialplan, queues and prompts of our own.

The course of a call is the dialplan's (`templates/extensions.conf`); `link` keeps the exchange's queue and the contact
centre's one, `watchdog` takes callers away from an assistant that has frozen.
"""
