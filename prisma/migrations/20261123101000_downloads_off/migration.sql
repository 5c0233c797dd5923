-- A new installation begins with downloads for nobody, as with every other right; until now editors and admins had them. Who is
-- here already keeps what they have: it was somebody's choice, or they work by it.
delete from rights where name = 'download' and scope = 'role' and by_id is null and not exists (select from users);
