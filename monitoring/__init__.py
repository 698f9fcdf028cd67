"""The service-monitoring system: the client that asks it for the stage of an application, and a reference server.

The assistant tells only what the providers entered there (rule 4.2).
"""
