-- What is gone waits for no slot.
alter table work add constraint work_attempt_id_fkey foreign key (attempt_id) references attempts (id)
  on update cascade on delete cascade;
