"""Random access: which messages of which devices are received by whom.

Theory of operation
-------------------
1. *Traffic* (`traffic`): every rule's messages of a stretch of time. Each number that is drawn
   belongs to a rule, a device, a message and a purpose (`random`), never to an order of calls, so
   neither threads nor the uplink in which time is cut change any.
2. *Wake-up* (`wake_up`): when a device sends. At once, on a beacon it receives, or when its
   almanac has a receiver up.
3. *Visibility* (`visibility`): who has a transmission in view. An angle at the Earth's centre, at
   the nearest knot, leaves few receivers; they are looked at exactly. A *ray* is one pair of
   both.
4. *Receiving* (`receiving`): a ray is too weak, off its frequency, not listened to (beam,
   half-duplex, no free decoder), lost to another (`collisions`), or received. Of a message's rays
   the one that came nearest to being received names the cause.
5. *Collisions* (`collisions`): signals meet by receiver and channel, or by grid of carriers where
   they hop. One is lost if any single other one overlaps it past its harmless beginning and is
   not weaker by what the two lanes need. What several add up to is not reckoned with.
6. *Answering* (`answering`): the receiver that received a confirmed message best answers at one
   appointed moment if it sends nothing else then; the answer must close and not meet another.
7. *Contention* (`contention`): a message without an answer is sent again, which disturbs others.
   The attempts of a stretch are judged again and again until nothing changes: an attempt follows
   only after the one before has ended, so every round settles a further stretch of time, and
   there is one answer wherever stretches begin and end. What is on the air at the end of one is
   carried over into the next.
"""
