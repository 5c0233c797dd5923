-- The demo warehouse: an online school. Made by SQL alone and the same on every machine (setseed), but for the
-- dates, which end yesterday, so that "the last four weeks" always has rows.
select setseed(0.42);

create table courses (
  id int primary key,
  title text not null,
  subject text not null,
  level text not null check (level in ('beginner', 'intermediate', 'advanced')),
  price numeric(8, 2) not null,
  published_on date not null
);
comment on table courses is 'What the school teaches; one row a course.';
comment on column courses.price is 'List price in euro, before any discount.';

create table learners (
  id int primary key,
  name text not null,
  country text not null,
  plan text not null check (plan in ('free', 'plus', 'school')),
  birth_year int,
  joined_at timestamptz not null
);
comment on table learners is 'People who signed up; one row a person.';
comment on column learners.country is 'ISO 3166 code, two letters.';
comment on column learners.plan is 'free, plus (pays for themselves) or school (a school pays).';

create table enrolments (
  id int primary key,
  learner_id int not null references learners,
  course_id int not null references courses,
  enrolled_at timestamptz not null,
  completed_at timestamptz,
  score numeric(5, 2),
  unique (learner_id, course_id)
);
comment on table enrolments is 'A learner takes a course; at most once.';
comment on column enrolments.score is 'Final score from 0 to 100; null until the course is completed.';

-- Its keys come once it is filled: looking each row up would take longer than all else here.
create table activity_events (
  id bigint not null,
  learner_id int not null,
  course_id int not null,
  kind text not null check (kind in ('lesson_viewed', 'video_played', 'quiz_taken', 'question_asked')),
  seconds int not null,
  detail jsonb,
  happened_at timestamptz not null
);
comment on table activity_events is 'What learners do, one row an event: busy on weekdays, quiet on weekends and in summer.';
comment on column activity_events.seconds is 'How long it took.';

insert into courses
select n,
  (array['Algebra', 'Statistics', 'Biology', 'Chemistry', 'Physics', 'World history', 'Spanish', 'English writing', 'Programming', 'Data analysis'])[1 + n % 10]
    || ' ' || (1 + n / 10),
  (array['Mathematics', 'Mathematics', 'Science', 'Science', 'Science', 'Humanities', 'Languages', 'Languages', 'Computing', 'Computing'])[1 + n % 10],
  -- The first parts of a course are for beginners, the last for few.
  (array['beginner', 'beginner', 'beginner', 'intermediate', 'intermediate', 'advanced', 'advanced'])[1 + n / 10],
  (9 + (n * 37) % 90)::numeric + 0.90,
  current_date - 900 + (n * 7) % 500
from generate_series(1, 60) n;

insert into learners
select n,
  (array['Ada', 'Bela', 'Chen', 'Dina', 'Emre', 'Farah', 'Goro', 'Hana', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mira', 'Nils', 'Olga', 'Priya'])[1 + (random() * 15)::int]
    || ' ' || (array['Abe', 'Berg', 'Costa', 'Diaz', 'Endo', 'Fischer', 'Gupta', 'Hansen', 'Ito', 'Jansen', 'Kaya', 'Lopez', 'Meyer', 'Novak', 'Okafor', 'Patel'])[1 + (random() * 15)::int],
  (array['DE', 'FR', 'ES', 'IN', 'JP', 'BR', 'NG', 'TR', 'US', 'US', 'IN', 'DE'])[1 + (random() * 11)::int],
  (array['free', 'free', 'free', 'plus', 'plus', 'school'])[1 + (random() * 5)::int],
  case when random() < 0.9 then 1960 + (random() * 50)::int end,
  current_date - interval '1 day' - random() * interval '730 days'
from generate_series(1, 8000) n;

insert into enrolments
select row_number() over (), learner_id, course_id, enrolled_at,
  case when ends < current_date and finished then ends end,
  case when ends < current_date and finished then round((45 + random() * 55)::numeric, 2) end
from (
  select l.id as learner_id, c.id as course_id, at as enrolled_at, random() < 0.6 as finished,
    at + interval '14 days' + random() * interval '60 days' as ends
  from learners l
  cross join lateral (select distinct 1 + ((l.id * 7 + k * (11 + l.id % 5)) % 60) as id from generate_series(1, 1 + l.id % 4) k) c
  cross join lateral (select l.joined_at + random() * (current_date - l.joined_at) as at) t
) made;

-- Days weigh by weekday and month, with slow growth; each event first picks its day by that weight.
insert into activity_events
with days as (
  select d::date as day,
    (array[0.45, 1.15, 1.2, 1.2, 1.1, 0.95, 0.4])[1 + extract(dow from d)::int]
      * case when extract(month from d) in (7, 8) then 0.6 else 1 end
      * (1 + 0.6 * (d::date - (current_date - 365)) / 365.0) as weight
  from generate_series(current_date - 365, current_date - 1, interval '1 day') d
), cumulated as (
  select day, sum(weight) over (order by day) - weight as low, weight, sum(weight) over () as total from days
), counted as (
  select day, floor((low + weight) / total * 500000)::int - floor(low / total * 500000)::int as events from cumulated
)
select row_number() over (), e.learner_id, e.course_id,
  (array['lesson_viewed', 'lesson_viewed', 'lesson_viewed', 'video_played', 'video_played', 'quiz_taken', 'question_asked'])[1 + (p.r * 6)::int],
  (20 + 900 * p.s * p.s)::int,
  case when p.r between 0.75 and 0.9 then jsonb_build_object('correct', (p.s * 10)::int, 'asked', 10) end,
  c.day + interval '6 hours' + ((random() + random()) / 2) * interval '17 hours'
from counted c
cross join lateral (select c.day, random() as r, random() as s, 1 + (random() * (select count(*) - 1 from enrolments))::int as enrolment
  from generate_series(1, c.events)) p
join enrolments e on e.id = p.enrolment;

alter table activity_events
  add primary key (id),
  add foreign key (learner_id) references learners,
  add foreign key (course_id) references courses;
create index on enrolments (course_id);
create index on activity_events (happened_at);
create index on activity_events (learner_id, happened_at);
create index on activity_events (course_id, happened_at);

create schema mart;
comment on schema mart is 'Tables that pipelines make.';
create schema scratch;
comment on schema scratch is 'Tables that people save.';
analyze;
