"""Set-up of Bachang on a machine, with nothing but the standard library.

``/usr/bin/python3 -m setup`` from the folder of the clone; ``make setup`` calls it so. What is
done with root is shown before it is done, and is exactly: packages, an account with
subordinate ids where there is none, an AppArmor profile where the system restricts user
namespaces, and limits of the neighbour table. A second run finds nothing to do and is quick.
"""
