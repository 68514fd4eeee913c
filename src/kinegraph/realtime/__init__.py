"""Subscriptions over WebSocket (graphql-transport-ws) and server-sent events (graphql-sse, distinct connections).

The path of an event (docs/architecture.md has a diagram):

    a trigger     records it, in the transaction of its change
    feed          reads it, once in each process that has subscribers: woken up through Redis, and every two seconds
    feed          puts it in the queue of each listener to its topics; a queue that is full ends its subscription
    streams       authenticates the subscriber anew, and executes the subscription's selection for the event
    socket, sse   send the result

Redis only wakes processes up. A lost message loses nothing, because each process reads on from its own position. While
Redis is away, subscriptions are refused and end; their clients resume by the cursor of the last event.

A query or mutation over a WebSocket is executed as the POST request that it stands for, so that everything that holds
for requests holds for it.
"""
