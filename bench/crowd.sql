-- What bench/crowd.py fills a company with. Triggers are off, so nothing checks foreign keys. In braces: see there.

INSERT INTO people_account
    (public_id, name, name_key, sort_key, search_keys, is_confirmed, domain, created_at)
SELECT gen_random_uuid(), name, name, '', keys, false, '', now() FROM crowd_company;

CREATE UNLOGGED TABLE crowd AS
SELECT i AS id, i > {visitors} AS is_known, now() - (random() ^ 2 * 60) * interval '1 day' AS seen,
    1 + (i::bigint * 7919) % (SELECT max(n) FROM crowd_name) AS name_n,
    1 + (i::bigint * 104729) % (SELECT max(n) FROM crowd_company) AS company_n,
    '1' || (30 + i % 70) || lpad(((i::bigint * 48271) % 100000000)::text, 8, '0') AS phone
FROM generate_series(1, {people}) AS i;

INSERT INTO people_person
    (id, public_id, full_name, title, company_name, reach, is_own, first_seen_at, last_seen_at, sort_key, search_keys)
SELECT c.id, gen_random_uuid(), n.name, '厂长', f.name, 'known', false, seen - interval '3 days', seen, n.sort_key,
    n.keys || f.keys || ARRAY(SELECT substr(phone, p, 4) FROM generate_series(1, 8) AS p)
FROM crowd c JOIN crowd_name n ON n.n = c.name_n JOIN crowd_company f ON f.n = c.company_n
WHERE is_known;

INSERT INTO people_person
    (id, public_id, full_name, title, company_name, reach, is_own, first_seen_at, last_seen_at, sort_key, search_keys)
SELECT id, gen_random_uuid(), '', '', '', 'visitor', false, seen, seen, '', '{{}}' FROM crowd WHERE NOT is_known;

INSERT INTO people_identifier
    (id, kind, scope, value, person_id, is_blocked, is_shared, is_verified, first_seen_at)
SELECT id, 'cookie', '', 'browser-of-crowd-' || lpad(id::text, 10, '0'), id, false, false, false, seen FROM crowd;

INSERT INTO people_identifier
    (id, kind, scope, value, person_id, is_blocked, is_shared, is_verified, first_seen_at)
SELECT {people} + id, 'phone', '', '+86' || phone, id, false, false, false, seen FROM crowd WHERE is_known
ON CONFLICT DO NOTHING;

INSERT INTO people_fieldvalue (subject_id, person_id, field, value, source, assurance, observed_at)
SELECT {people} + p.id, p.id, v.field, v.value, 'form:bench-request', 'typed', p.last_seen_at
FROM people_person p, LATERAL (VALUES ('full_name', p.full_name), ('company', p.company_name)) AS v(field, value)
WHERE p.reach = 'known';

-- Nineteen of twenty are owned by one of the two SDRs and in hand, one waits for its first contact.
INSERT INTO lifecycle_lead
    (public_id, subject_id, person_id, account_id, product_line_id, scope_id, team_id, owner_id, stage, accountable,
    is_incomplete, channel, campaign, created_at, last_touch_at, first_contact_at, next_step, version)
SELECT gen_random_uuid(), {people} + c.id, c.id, a.id, line.id, scope.id, team.id, CASE WHEN is_owned THEN sdr.id END,
    CASE WHEN is_owned THEN (ARRAY['mql', 'sal', 'sql', 'nurture'])[1 + c.id / 5 % 4] ELSE 'new' END, 'sdr', false,
    'paid_search', '', seen - interval '1 day', seen, CASE WHEN is_owned THEN seen - interval '23 hours' END, '', 1
FROM (SELECT *, id / {lead_step} % 20 > 0 AS is_owned FROM crowd WHERE is_known AND id % {lead_step} = 0) c
JOIN crowd_company f ON f.n = c.company_n
JOIN people_account a ON a.name_key = f.name
CROSS JOIN (SELECT id FROM lifecycle_productline LIMIT 1) line
CROSS JOIN (SELECT id FROM platform_businessscope LIMIT 1) scope
CROSS JOIN (SELECT id FROM platform_team LIMIT 1) team
JOIN (SELECT id, row_number() OVER () - 1 AS n FROM platform_staff WHERE role = 'sdr') sdr
    ON sdr.n = c.id / {lead_step} % 2;

INSERT INTO lifecycle_clock
    (lead_id, kind, started_at, counts_from, due_at, escalated_to_minutes, stopped_at, stopped_by_id)
SELECT id, 'first_contact', created_at, created_at, created_at + interval '5 minutes', 0, first_contact_at, owner_id
FROM lifecycle_lead;

INSERT INTO lifecycle_stagevisit (machine, stage, subject_id, person_id, lead_id, entered_at, reason, channel)
SELECT 'lead', stage, subject_id, person_id, id, created_at, 'captured', channel FROM lifecycle_lead;

INSERT INTO scoring_scoreterm (subject_id, person_id, rule, value, as_of, n)
SELECT id, id, 'view', 1 + id % 15, seen, 1 + id % 15 FROM crowd;

INSERT INTO scoring_personscore (person_id, value, grade, computed_at, model_version)
SELECT id, 1 + id % 15, 4, seen, 1 FROM crowd;

INSERT INTO event
    (id, name, occurred_at, received_at, subject_id, person_id, site_id, source, view_id, channel, url, props, digest)
SELECT uuidv7(seen - now() - n * interval '1 minute'),
    (ARRAY['page_viewed', 'page_beat', 'page_left'])[1 + (c.id + n) % 3], seen - n * interval '1 minute',
    seen - n * interval '1 minute', c.id, c.id, site.id, 'web', gen_random_uuid(),
    CASE WHEN (c.id + n) % 3 = 0 THEN 'paid_search' ELSE '' END, 'https://www.example.com/cases/' || c.id % 50,
    '{{"title": "制造执行系统（MES）选型指南"}}', c.id
FROM crowd c, generate_series(1, {events_each}) AS n, (SELECT id FROM events_site LIMIT 1) site;
