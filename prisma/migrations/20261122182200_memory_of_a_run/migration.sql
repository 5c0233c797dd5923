-- What a stage may use in this run alone, where somebody ran it again with more than it has.
alter table run_stages add column memory text;
