"""From the store of whoever received a message to its target: storage, relaying, passes.

Theory of operation
-------------------
1. *Timetable* (`timetable`): who can hand messages to whom, when, and how many bytes, made once
   from all contacts of the run before any message moves. Time is cut into epochs wherever a link
   begins or ends and at the whole minutes between. Within one the network stands still and a link
   carries its mean rate, so that a pass carries the integral of its sampled rate.
2. *Antennas* (`antennas`): which passes a target serves where it has fewer antennas than passes.
   An antenna keeps a pass to its end; a free one takes the best of what is up and waits.
3. *Earliest arrival* (`earliest_arrival`): going through the epochs from the last to the first
   gives how soon what is at a node can be at its goal at all. In an epoch each node then sends to
   the pass that brings a message down soonest; it hands one to a neighbour only where that saves
   more than a second. Labels only ever fall, so the search ends.
4. *Stores* (`store`): a queue for each rule, first in first out. Copies of one rule have one
   size, priority and lifetime, so who comes next is looked up among the queues' heads. A full
   store drops what the scenario says.
5. *Flight* (`epochs`, `downlink`): epoch after epoch, messages come on board in order of time,
   are handed on, kept, and brought down until the bytes of a pass are used up.
6. *In flight* (`in_flight`, `deliver`): the first copy of a message that arrives delivers it; the
   last copy to be lost names the cause. Stretches of time may be cut anywhere: the network goes
   on only as far as all that was received is known.
"""
