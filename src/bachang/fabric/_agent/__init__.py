"""The agent: the one process that owns a sandbox and answers for it.

It is forked for a client (`_launch`, `_fork_server`), isolates itself, becomes
pid 1 of the sandbox's pid namespace and lives until the sandbox is destroyed. Nothing that
runs in a host is forked from it.
"""
