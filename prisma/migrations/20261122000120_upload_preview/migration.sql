-- The first rows, as text, to be looked at without opening the file.
alter table uploads add column preview jsonb not null default '[]';
