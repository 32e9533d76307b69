"""Services that ordinary hosts of a scenario share.

Each is a module with a function ``main()`` that serves until it is ended; a scenario names
it as ``python: "bachang.services.MODULE:main"`` and configures it by its environment:

- ``pages``: a web server for a folder of pages or documents, by language;
- ``board``: a status board that polls devices over Modbus TCP and shows them as a page;
- ``gateway``: a Modbus TCP gateway in front of one device, with an optional guard that
  checks the state of a breaker before it lets a command through;
- ``names``: a DNS server for zones that are files; a scenario's ``dns`` sets it up.

They run inside hosts, started by a process that knows nothing of the platform, so they import
nothing of Bachang but each other, and libraries (``names`` has one) whole and at their head:
within a host only the standard library is found.
"""

__all__: list[str] = []
