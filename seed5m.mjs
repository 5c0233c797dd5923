import pg from "pg"; import fs from "node:fs";
const s=JSON.parse(fs.readFileSync("/tmp/w/me-home/secrets.json","utf8")); const port=fs.readFileSync("/tmp/w/me-home/pg.port","utf8").trim();
const c=new pg.Client({host:"127.0.0.1",port:+port,user:"postgres",password:s.database.superuser,database:"sluice"}); await c.connect();
const t=Date.now(), lap=m=>console.log(m,((Date.now()-t)/1000).toFixed(1));
await c.query("set synchronous_commit=off; set maintenance_work_mem='1GB'; set session_replication_role=replica");
const {rows:[d]}=await c.query("select indexdef from pg_indexes where indexname='executions_sql_trgm'"); await c.query("drop index executions_sql_trgm");
const {rows:[e]}=await c.query("select e.*, s.work_id, s.reader_id from executions e join statements s on s.id=e.statement_id where e.state='succeeded' limit 1");
await c.query(`insert into statements (id, work_id, position, warehouse_id, reader_id, sql, parameters, state, queued_at, started_at, finished_at, row_count)
 select '01h'||lpad(n::text,23,'0'), $1, 0, $2, $3, 'select '||n, '[]', 'succeeded', now()-interval '90 days', now()-interval '90 days', now()-interval '90 days', 5 from generate_series(1,500000) n`,[e.work_id,e.warehouse_id,e.reader_id]); lap("statements");
for(let k=0;k<10;k++){ await c.query(`insert into executions (id, statement_id, warehouse_id, user_id, lane, sql, state, submitted_at, finished_at)
 select '01h'||lpad(n::text,23,'0'), '01h'||lpad((1+n%500000)::text,23,'0'), $1, $2, 0,
  format('select %s, count(*) from %s where id = %s and kind = ''%s'' group by 1', (array['country','plan','device','city','amount','course_id'])[1+n%6], (array['learners','events','enrolments','courses','payments','refunds','sessions'])[1+n%7], n, md5((n%997)::text)),
  'succeeded', now()-interval '90 days'+ n*interval '1 second', now()-interval '90 days'+ n*interval '1 second' from generate_series(${k*500000+1}, ${(k+1)*500000}) n`,[e.warehouse_id,e.user_id]); lap("exec "+k); }
await c.query(d.indexdef); lap("index"); await c.query("vacuum analyze executions"); await c.query("analyze statements"); lap("analyzed");
const {rows:[z]}=await c.query("select count(*) n, pg_size_pretty(pg_total_relation_size('executions')) s from executions"); console.log(z); await c.end();
