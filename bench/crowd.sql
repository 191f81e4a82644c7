-- What bench/crowd.py fills a company with. Triggers are off, so nothing checks foreign keys. In braces: see there.

INSERT INTO people_account
    (public_id, name, name_key, sort_key, search_keys, is_confirmed, domain, created_at)
SELECT gen_random_uuid(), name, name, '', keys, false, '', now() FROM crowd_company;

CREATE UNLOGGED TABLE crowd AS
SELECT i AS id, i > {visitors} AS is_known, now() - random() * {days} * interval '1 day' AS seen,
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

-- Each telephone was typed into a form, in the browser of whoever it is.
INSERT INTO people_observation (id, at, received_at, source, assurance, identifiers)
SELECT gen_random_uuid(), first_seen_at, first_seen_at, 'web', 'typed', ARRAY[person_id, id]
FROM people_identifier WHERE kind = 'phone';

INSERT INTO people_identitylink (low_id, high_id, first_at, first_observation_id)
SELECT identifiers[1], identifiers[2], at, id FROM people_observation;

INSERT INTO people_fieldvalue (subject_id, person_id, field, value, source, assurance, observed_at)
SELECT {people} + p.id, p.id, v.field, v.value, 'form:bench-request', 'typed', p.last_seen_at
FROM people_person p, LATERAL (VALUES ('full_name', p.full_name), ('company', p.company_name)) AS v(field, value)
WHERE p.reach = 'known';

INSERT INTO people_affiliation
    (title, department, buying_role, assurance, source, created_at, account_id, subject_id, person_id)
SELECT '厂长', '', '', 'typed', 'form:bench-request', seen, a.id, {people} + c.id, c.id
FROM crowd c JOIN crowd_company f ON f.n = c.company_n JOIN people_account a ON a.name_key = f.name
WHERE is_known AND c.id % {lead_step} = 0;

-- How far leads have come, in shares of twenty, those of the last month and the older ones. Who came in the last hours
-- waits for the first contact.
CREATE UNLOGGED TABLE crowd_way AS
SELECT is_recent, row_number() OVER (PARTITION BY is_recent) - 1 AS n, way, way[cardinality(way)] AS stage,
    NOT ('sal' = ANY(way)) AS is_with_sdr
FROM (
    SELECT is_recent, string_to_array(w, ' ') AS way
    FROM (VALUES ('new nurture', 7, 9), ('new mql', 3, 0), ('new disqualified', 4, 5), ('new mql sal', 1, 0),
        ('new mql sal sql', 1, 0), ('new mql sal sql opportunity', 2, 1), ('new mql sal sql opportunity won', 1, 2),
        ('new mql sal sql opportunity lost', 1, 3)) AS ways (w, recent, older),
        (VALUES (true), (false)) AS age (is_recent), generate_series(1, CASE WHEN is_recent THEN recent ELSE older END)
) AS each;

INSERT INTO crowd_way (n, way, stage, is_with_sdr) VALUES (0, '{{new}}', 'new', true);

CREATE UNLOGGED TABLE crowd_staff AS
SELECT id, team_id, role, row_number() OVER (PARTITION BY role ORDER BY id) - 1 AS n,
    count(*) OVER (PARTITION BY role) AS colleagues
FROM platform_staff
WHERE role IN ('sdr', 'sales');

INSERT INTO lifecycle_lead
    (public_id, subject_id, person_id, account_id, product_line_id, scope_id, team_id, owner_id, stage, accountable,
    contact_status, is_incomplete, channel, campaign, created_at, last_touch_at, first_contact_at, next_step, version)
SELECT gen_random_uuid(), {people} + c.id, c.id, a.id, line.id, scope.id, s.team_id,
    CASE WHEN w.stage <> 'new' THEN s.id END, w.stage,
    CASE WHEN w.stage IN ('won', 'lost', 'disqualified') THEN 'nobody'
        WHEN w.stage = 'nurture' THEN 'lead_operations' ELSE s.role END,
    'not_contacted', false, (ARRAY['paid_search', 'search', 'wechat', 'event'])[1 + c.id / 64 % 4], '',
    captured_at, seen, CASE WHEN w.stage <> 'new' THEN captured_at + c.id % 400 * interval '1 minute' END, '', 1
FROM (
    SELECT *, id / {lead_step} AS n,
        CASE WHEN seen > now() - interval '12 hours' THEN seen ELSE seen - interval '12 days' END AS captured_at,
        CASE WHEN seen < now() - interval '12 hours' THEN seen > now() - interval '30 days' END AS is_recent
    FROM crowd WHERE is_known AND id % {lead_step} = 0
) c
JOIN crowd_way w ON w.is_recent IS NOT DISTINCT FROM c.is_recent
    AND w.n = CASE WHEN c.is_recent IS NOT NULL THEN c.n % 20 ELSE 0 END
JOIN crowd_company f ON f.n = c.company_n
JOIN people_account a ON a.name_key = f.name
CROSS JOIN (SELECT id FROM lifecycle_productline LIMIT 1) line
CROSS JOIN (SELECT id FROM platform_businessscope LIMIT 1) scope
JOIN crowd_staff s ON s.role = CASE WHEN w.is_with_sdr THEN 'sdr' ELSE 'sales' END AND s.n = c.n / 20 % s.colleagues;

INSERT INTO lifecycle_clock
    (lead_id, kind, started_at, counts_from, due_at, escalated_to_minutes, stopped_at, stopped_by_id)
SELECT id, 'first_contact', created_at, created_at, created_at + interval '5 minutes', 60, first_contact_at,
    CASE WHEN first_contact_at IS NOT NULL THEN owner_id END
FROM lifecycle_lead;

-- Two days lie between two steps.
INSERT INTO lifecycle_stagevisit
    (machine, stage, subject_id, person_id, lead_id, entered_at, left_at, reason, channel, owner_id, team_id)
SELECT 'lead', step.stage, l.subject_id, l.person_id, l.id, l.created_at + (step.n - 1) * interval '2 days',
    CASE WHEN step.n < cardinality(w.way) THEN l.created_at + step.n * interval '2 days' END,
    CASE WHEN step.n = 1 THEN 'captured' ELSE '' END, l.channel, l.owner_id, l.team_id
FROM lifecycle_lead l JOIN (SELECT DISTINCT stage, way FROM crowd_way) w ON w.stage = l.stage,
    LATERAL unnest(w.way) WITH ORDINALITY AS step (stage, n);

INSERT INTO lifecycle_handover
    (public_id, at, need, pain, intent, level, budget, project_period, note, outcome, decided_at, reason, decided_by_id,
    from_team_id, lead_id, sent_by_id, sent_to_id)
SELECT gen_random_uuid(), l.created_at + interval '2 days', '质量追溯', '查不到批次', 'high', 'middle', '', '', '',
    'accepted', l.created_at + interval '4 days', '', l.owner_id, l.team_id, l.id, sdr.id, l.owner_id
FROM lifecycle_lead l JOIN crowd_staff sdr ON sdr.role = 'sdr' AND sdr.n = l.id % sdr.colleagues
WHERE l.stage IN ('sal', 'sql', 'opportunity', 'won', 'lost');

-- Every lead that came so far has a deal of its own.
INSERT INTO sales_opportunity
    (public_id, name, stage, amount, currency, close_on, next_step, next_step_at, reason, competitor, created_at,
    changed_at, closed_at, version, account_id, changed_by_id, owner_id, product_line_id, scope_id, team_id, search_keys)
SELECT gen_random_uuid(), a.name || '-MES-' || l.id,
    CASE WHEN l.stage = 'opportunity' THEN (ARRAY['discover', 'confirm', 'propose', 'negotiate'])[1 + l.id % 4]
        ELSE l.stage END,
    100000 + l.id % 90 * 10000, 'CNY', (l.created_at + interval '90 days')::date, '', NULL,
    CASE l.stage WHEN 'lost' THEN 'price' WHEN 'won' THEN 'product' ELSE '' END, '',
    l.created_at + interval '8 days', l.created_at + interval '10 days',
    CASE WHEN l.stage <> 'opportunity' THEN l.created_at + interval '10 days' END, l.id, l.account_id, l.owner_id,
    l.owner_id, l.product_line_id, l.scope_id, l.team_id, a.search_keys
FROM lifecycle_lead l JOIN people_account a ON a.id = l.account_id
WHERE l.stage IN ('opportunity', 'won', 'lost');

INSERT INTO sales_opportunitylead (at, lead_id, opportunity_id)
SELECT o.created_at, o.version, o.id FROM sales_opportunity o;

INSERT INTO sales_opportunityperson (role, is_main, opportunity_id, person_id, subject_id)
SELECT '', true, o.id, l.person_id, l.subject_id
FROM sales_opportunity o JOIN lifecycle_lead l ON l.id = o.version;

UPDATE sales_opportunity SET version = 1;

INSERT INTO sales_opportunitystay (stage, entered_at, left_at, reason, amount, entered_by_id, opportunity_id)
SELECT stage, created_at, NULL, reason, amount, changed_by_id, id FROM sales_opportunity;

INSERT INTO lifecycle_contract
    (public_id, stage, amount, currency, signed_at, starts_on, ends_on, reason, version, account_id, owner_id, person_id,
    product_line_id, scope_id, subject_id, team_id)
SELECT gen_random_uuid(), 'onboarding', 200000, 'CNY', created_at + interval '10 days', created_at::date + 10,
    created_at::date + 374, '', 1, account_id, owner_id, person_id, product_line_id, scope_id, subject_id, team_id
FROM lifecycle_lead WHERE stage = 'won';

INSERT INTO lifecycle_stagevisit
    (machine, stage, subject_id, person_id, contract_id, entered_at, reason, channel, owner_id, team_id)
SELECT 'contract', stage, subject_id, person_id, id, signed_at, 'signed', '', owner_id, team_id FROM lifecycle_contract;

INSERT INTO scoring_scoreterm (subject_id, person_id, measure, value, as_of, n)
SELECT id, id, '{measure}', 1 + id % 15, seen, 1 + id % 15 FROM crowd;

INSERT INTO scoring_personscore (person_id, value, grade, computed_at, model_version, fit_letter, fit_value, is_in_gate)
SELECT id, 1 + id % 15, 4, seen, 1, 'C', 30, false FROM crowd;

INSERT INTO event
    (id, name, occurred_at, received_at, subject_id, person_id, site_id, source, view_id, channel, url, props, digest)
SELECT uuidv7(seen - now() - n * interval '1 minute'),
    (ARRAY['page_viewed', 'page_beat', 'page_left'])[1 + (c.id + n) % 3], seen - n * interval '1 minute',
    seen - n * interval '1 minute', c.id, c.id, site.id, 'web', gen_random_uuid(),
    CASE WHEN (c.id + n) % 3 = 0 THEN 'paid_search' ELSE '' END, 'https://www.example.com/cases/' || c.id % 50,
    '{{"title": "制造执行系统（MES）选型指南"}}', c.id
FROM crowd c, generate_series(1, {events_each}) AS n, (SELECT id FROM events_site LIMIT 1) site;

-- The scores above are those of the model in force: nothing is left to count.
UPDATE scoring_scoremodel SET recounted_at = now();

DELETE FROM procrastinate_jobs;
