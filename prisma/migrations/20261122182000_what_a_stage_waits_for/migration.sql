-- What the worker of a running attempt waits for, in words: the store, room on a disk.
alter table attempts add column waits_for text;
