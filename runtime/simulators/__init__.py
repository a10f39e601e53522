"""Payment providers and networks for live pictures to rehearse with: real protocol, own process, faults on demand.

``shopwright simulate NAME --port N --folder DIR`` runs one on 127.0.0.1, never in production. They share nothing with
the clients in runtime/gateways: what both get wrong would go unseen. A provider is a class of a folder of its own
(stage.Provider) and a line in command.PROVIDERS; books.py, courier.py, weather.py, control.py and keys.py serve all.
"""
