"""The agent: the one process that owns a sandbox and answers for it.

It is started by a client (`_launch`, then `_agent._boot`), isolates itself, becomes
pid 1 of the sandbox's pid namespace and lives until the sandbox is destroyed. Nothing that
runs in a host is forked from it.
"""
