"""Services that ordinary hosts of a scenario share.

Each is a module with a function ``main()`` that serves until it is ended; a scenario names
it as ``python: "bachang.services.MODULE:main"`` and configures it by its environment:

- ``pages``: a web server for a folder of pages or documents, by language;
- ``board``: a status board that polls devices over Modbus TCP and shows them as a page;
- ``gateway``: a Modbus TCP gateway in front of one device, with an optional guard that
  checks the state of a breaker before it lets a command through.

They run inside hosts, started by a process that knows nothing of the platform, so they use
the standard library only and import nothing of Bachang but each other.
"""

__all__: list[str] = []
