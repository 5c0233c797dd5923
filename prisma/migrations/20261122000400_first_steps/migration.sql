-- Whether a person has put the first steps of their home page away.
alter table users add column first_steps_hidden boolean not null default false;
