"""Several machines: web hosts, hosts that keep time, hosts that do tasks, one PostgreSQL and one
Redis. One of them is killed, one cut off. Each host is a network namespace; needs root.
"""
