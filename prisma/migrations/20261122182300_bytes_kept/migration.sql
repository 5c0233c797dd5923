-- Bytes that a statement may read at most, kept for it of a person's day (limit bytesPerDay) from before it reads.
alter table statements add column reserved_bytes bigint;
