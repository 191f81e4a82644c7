SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE TYPE public.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);
CREATE TYPE public.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);
CREATE TYPE public.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);
CREATE FUNCTION public.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;
CREATE FUNCTION public.procrastinate_defer_jobs_v1(jobs public.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;
    RETURN job_ids;
END;
$$;
CREATE FUNCTION public.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;
    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;
    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;
    RETURN _job_id;
END;
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public.procrastinate_job_status DEFAULT 'todo'::public.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    queueing_lock text,
    priority integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::public.procrastinate_job_status) AND (abort_requested = true))))
);
CREATE FUNCTION public.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS public.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;
 RETURN found_jobs;
END;
$$;
CREATE FUNCTION public.procrastinate_finish_job_v1(job_id bigint, end_status public.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;
CREATE FUNCTION public.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;
CREATE FUNCTION public.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;
CREATE FUNCTION public.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;
CREATE FUNCTION public.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;
CREATE FUNCTION public.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;
CREATE FUNCTION public.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;
END;
$$;
CREATE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;
CREATE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);
	RETURN NEW;
END;
$$;
CREATE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;
CREATE FUNCTION public.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;
CREATE FUNCTION public.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;
CREATE FUNCTION public.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;
CREATE FUNCTION public.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;
CREATE FUNCTION public.stage_visit_touched() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NEW.xid := pg_current_xact_id(); RETURN NEW; END $$;
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accessattempt (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    get_data text NOT NULL,
    post_data text NOT NULL,
    failures_since_start integer NOT NULL,
    CONSTRAINT axes_accessattempt_failures_since_start_check CHECK ((failures_since_start >= 0))
);
ALTER TABLE public.axes_accessattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accessattemptexpiration (
    access_attempt_id integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.axes_accessfailurelog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    locked_out boolean NOT NULL
);
ALTER TABLE public.axes_accessfailurelog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessfailurelog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accesslog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    logout_time timestamp with time zone,
    session_hash character varying(64) NOT NULL
);
ALTER TABLE public.axes_accesslog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accesslog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.content_form (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    fields jsonb NOT NULL,
    consent_version character varying(40) NOT NULL,
    consent_text text NOT NULL,
    thanks_url character varying(200) NOT NULL,
    is_active boolean NOT NULL,
    site_id bigint NOT NULL
);
ALTER TABLE public.content_form ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.content_form_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.content_formsubmission (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    url text NOT NULL,
    channel character varying(20) NOT NULL,
    answers jsonb NOT NULL,
    form_id bigint NOT NULL,
    person_id bigint NOT NULL,
    subject_id bigint NOT NULL
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE public.event (
    id uuid NOT NULL,
    name character varying(40) NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    subject_id bigint,
    person_id bigint,
    site_id bigint,
    source character varying(20) NOT NULL,
    view_id uuid,
    channel character varying(20) DEFAULT ''::character varying NOT NULL,
    campaign character varying(80) DEFAULT ''::character varying NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    props jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_own boolean DEFAULT false NOT NULL,
    is_machine boolean DEFAULT false NOT NULL,
    digest bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT an_event_of_a_subject_has_a_person CHECK (((subject_id IS NULL) = (person_id IS NULL)))
)
PARTITION BY RANGE (id);
CREATE TABLE public.event_2026_11 (
    id uuid CONSTRAINT event_id_not_null NOT NULL,
    name character varying(40) CONSTRAINT event_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT event_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT event_received_at_not_null NOT NULL,
    subject_id bigint,
    person_id bigint,
    site_id bigint,
    source character varying(20) CONSTRAINT event_source_not_null NOT NULL,
    view_id uuid,
    channel character varying(20) DEFAULT ''::character varying CONSTRAINT event_channel_not_null NOT NULL,
    campaign character varying(80) DEFAULT ''::character varying CONSTRAINT event_campaign_not_null NOT NULL,
    url text DEFAULT ''::text CONSTRAINT event_url_not_null NOT NULL,
    props jsonb DEFAULT '{}'::jsonb CONSTRAINT event_props_not_null NOT NULL,
    is_own boolean DEFAULT false CONSTRAINT event_is_own_not_null NOT NULL,
    is_machine boolean DEFAULT false CONSTRAINT event_is_machine_not_null NOT NULL,
    digest bigint CONSTRAINT event_digest_not_null NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() CONSTRAINT event_xid_not_null NOT NULL,
    CONSTRAINT an_event_of_a_subject_has_a_person CHECK (((subject_id IS NULL) = (person_id IS NULL)))
)
WITH (fillfactor='90');
CREATE TABLE public.event_2026_12 (
    id uuid CONSTRAINT event_id_not_null NOT NULL,
    name character varying(40) CONSTRAINT event_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT event_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT event_received_at_not_null NOT NULL,
    subject_id bigint,
    person_id bigint,
    site_id bigint,
    source character varying(20) CONSTRAINT event_source_not_null NOT NULL,
    view_id uuid,
    channel character varying(20) DEFAULT ''::character varying CONSTRAINT event_channel_not_null NOT NULL,
    campaign character varying(80) DEFAULT ''::character varying CONSTRAINT event_campaign_not_null NOT NULL,
    url text DEFAULT ''::text CONSTRAINT event_url_not_null NOT NULL,
    props jsonb DEFAULT '{}'::jsonb CONSTRAINT event_props_not_null NOT NULL,
    is_own boolean DEFAULT false CONSTRAINT event_is_own_not_null NOT NULL,
    is_machine boolean DEFAULT false CONSTRAINT event_is_machine_not_null NOT NULL,
    digest bigint CONSTRAINT event_digest_not_null NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() CONSTRAINT event_xid_not_null NOT NULL,
    CONSTRAINT an_event_of_a_subject_has_a_person CHECK (((subject_id IS NULL) = (person_id IS NULL)))
)
WITH (fillfactor='90');
CREATE TABLE public.event_2027_01 (
    id uuid CONSTRAINT event_id_not_null NOT NULL,
    name character varying(40) CONSTRAINT event_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT event_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT event_received_at_not_null NOT NULL,
    subject_id bigint,
    person_id bigint,
    site_id bigint,
    source character varying(20) CONSTRAINT event_source_not_null NOT NULL,
    view_id uuid,
    channel character varying(20) DEFAULT ''::character varying CONSTRAINT event_channel_not_null NOT NULL,
    campaign character varying(80) DEFAULT ''::character varying CONSTRAINT event_campaign_not_null NOT NULL,
    url text DEFAULT ''::text CONSTRAINT event_url_not_null NOT NULL,
    props jsonb DEFAULT '{}'::jsonb CONSTRAINT event_props_not_null NOT NULL,
    is_own boolean DEFAULT false CONSTRAINT event_is_own_not_null NOT NULL,
    is_machine boolean DEFAULT false CONSTRAINT event_is_machine_not_null NOT NULL,
    digest bigint CONSTRAINT event_digest_not_null NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() CONSTRAINT event_xid_not_null NOT NULL,
    CONSTRAINT an_event_of_a_subject_has_a_person CHECK (((subject_id IS NULL) = (person_id IS NULL)))
)
WITH (fillfactor='90');
CREATE TABLE public.events_site (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    origins character varying(200)[] NOT NULL,
    server_key_digest bytea,
    is_active boolean NOT NULL,
    scope_id bigint NOT NULL,
    team_id bigint NOT NULL,
    CONSTRAINT a_site_has_a_key CHECK ((NOT ((key)::text = ''::text)))
);
ALTER TABLE public.events_site ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.events_site_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.lifecycle_clock (
    id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    counts_from timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    stopped_at timestamp with time zone,
    escalated_to_minutes smallint NOT NULL,
    stopped_by_id bigint,
    lead_id bigint NOT NULL,
    CONSTRAINT a_clock_is_due_after_it_counts CHECK ((due_at >= counts_from)),
    CONSTRAINT lifecycle_clock_escalated_to_minutes_check CHECK ((escalated_to_minutes >= 0)),
    CONSTRAINT somebody_stopped_a_stopped_clock CHECK (((stopped_at IS NULL) OR (stopped_by_id IS NOT NULL)))
);
ALTER TABLE public.lifecycle_clock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.lifecycle_clock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.lifecycle_followup (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(8) NOT NULL,
    outcome character varying(16) NOT NULL,
    note text NOT NULL,
    is_first_contact boolean NOT NULL,
    by_id bigint NOT NULL,
    person_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    lead_id bigint NOT NULL,
    CONSTRAINT a_note_is_no_first_contact CHECK (((NOT ((kind)::text = 'note'::text)) OR (NOT is_first_contact)))
);
ALTER TABLE public.lifecycle_followup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.lifecycle_followup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.lifecycle_lead (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    stage character varying(12) NOT NULL,
    accountable character varying(16) NOT NULL,
    is_incomplete boolean NOT NULL,
    channel character varying(20) NOT NULL,
    campaign character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_touch_at timestamp with time zone NOT NULL,
    first_contact_at timestamp with time zone,
    next_step character varying(200) NOT NULL,
    next_step_at timestamp with time zone,
    version integer NOT NULL,
    created_by_event_id uuid,
    account_id bigint,
    owner_id bigint,
    person_id bigint NOT NULL,
    scope_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    team_id bigint NOT NULL,
    product_line_id bigint NOT NULL,
    CONSTRAINT a_lead_has_a_known_stage CHECK (((stage)::text = ANY ((ARRAY['new'::character varying, 'nurture'::character varying, 'mql'::character varying, 'sal'::character varying, 'sql'::character varying, 'opportunity'::character varying, 'returned'::character varying, 'won'::character varying, 'lost'::character varying, 'disqualified'::character varying])::text[]))),
    CONSTRAINT an_open_lead_has_an_accountable_function CHECK ((((stage)::text = ANY ((ARRAY['won'::character varying, 'lost'::character varying, 'disqualified'::character varying])::text[])) OR (NOT ((accountable)::text = 'nobody'::text)))),
    CONSTRAINT first_contact_follows_creation CHECK (((first_contact_at IS NULL) OR (first_contact_at >= created_at))),
    CONSTRAINT lifecycle_lead_version_check CHECK ((version >= 0))
);
ALTER TABLE public.lifecycle_lead ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.lifecycle_lead_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.lifecycle_productline (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(80) NOT NULL
);
ALTER TABLE public.lifecycle_productline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.lifecycle_productline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.lifecycle_stagevisit (
    id bigint NOT NULL,
    machine character varying(8) NOT NULL,
    stage character varying(16) NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    reason character varying(80) NOT NULL,
    channel character varying(20) NOT NULL,
    entered_by_id bigint,
    lead_id bigint,
    person_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT a_lead_stay_names_its_lead CHECK (((NOT ((machine)::text = 'lead'::text)) OR (lead_id IS NOT NULL))),
    CONSTRAINT a_stay_ends_after_it_begins CHECK (((left_at IS NULL) OR (left_at >= entered_at)))
);
ALTER TABLE public.lifecycle_stagevisit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.lifecycle_stagevisit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_account (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    name character varying(200) NOT NULL,
    name_key character varying(200) NOT NULL COLLATE pg_catalog."C",
    credit_code character varying(18),
    domain character varying(120) NOT NULL,
    is_confirmed boolean NOT NULL,
    sort_key character varying(240) NOT NULL COLLATE pg_catalog."C",
    search_keys character varying(80)[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT a_company_has_a_name CHECK (((NOT ((name)::text = ''::text)) AND (NOT ((name_key)::text = ''::text))))
);
ALTER TABLE public.people_account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_affiliation (
    id bigint NOT NULL,
    title character varying(120) NOT NULL,
    department character varying(120) NOT NULL,
    buying_role character varying(16) NOT NULL,
    assurance character varying(8) NOT NULL,
    source character varying(40) NOT NULL,
    valid_from date,
    valid_to date,
    created_at timestamp with time zone NOT NULL,
    account_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    person_id bigint NOT NULL,
    CONSTRAINT a_place_in_a_company_ends_after_it_begins CHECK (((valid_to IS NULL) OR (valid_from IS NULL) OR (valid_to >= valid_from)))
);
ALTER TABLE public.people_affiliation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_affiliation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_consent (
    id bigint NOT NULL,
    channel character varying(20) NOT NULL,
    purpose character varying(40) NOT NULL,
    state character varying(8) NOT NULL,
    text_version character varying(40) NOT NULL,
    source character varying(40) NOT NULL,
    assurance character varying(8) NOT NULL,
    at timestamp with time zone NOT NULL,
    event_id uuid,
    subject_id bigint NOT NULL,
    person_id bigint NOT NULL,
    CONSTRAINT a_consent_is_granted_or_refused CHECK (((state)::text = ANY ((ARRAY['granted'::character varying, 'refused'::character varying])::text[])))
);
ALTER TABLE public.people_consent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_consent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_fieldvalue (
    id bigint NOT NULL,
    field character varying(40) NOT NULL,
    value text NOT NULL,
    source character varying(40) NOT NULL,
    assurance character varying(8) NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    event_id uuid,
    subject_id bigint NOT NULL,
    person_id bigint NOT NULL
);
ALTER TABLE public.people_fieldvalue ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_fieldvalue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_identifier (
    id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    scope character varying(80) NOT NULL,
    value character varying(320) NOT NULL,
    is_blocked boolean NOT NULL,
    is_shared boolean NOT NULL,
    is_verified boolean NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    person_id bigint NOT NULL,
    CONSTRAINT an_identifier_has_a_known_kind CHECK (((kind)::text = ANY ((ARRAY['crm_id'::character varying, 'unionid'::character varying, 'external_userid'::character varying, 'phone'::character varying, 'email'::character varying, 'openid'::character varying, 'cookie'::character varying, 'device'::character varying])::text[]))),
    CONSTRAINT an_openid_names_its_app CHECK (((NOT ((kind)::text = 'openid'::text)) OR (NOT ((scope)::text = ''::text))))
);
ALTER TABLE public.people_identifier ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_identifier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_identitychange (
    id bigint NOT NULL,
    kind character varying(5) NOT NULL,
    at timestamp with time zone NOT NULL,
    cause character varying(40) NOT NULL,
    observation_id uuid,
    identifiers bigint[] NOT NULL,
    actor_id bigint,
    source_person_id bigint NOT NULL,
    target_person_id bigint NOT NULL
);
ALTER TABLE public.people_identitychange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_identitychange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_identitylink (
    id bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    first_observation_id uuid NOT NULL,
    high_id bigint NOT NULL,
    low_id bigint NOT NULL,
    CONSTRAINT a_link_joins_two CHECK ((low_id < high_id))
);
ALTER TABLE public.people_identitylink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_identitylink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_identitymove (
    id bigint NOT NULL,
    subject_id bigint NOT NULL,
    person_id bigint NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL
);
ALTER TABLE public.people_identitymove ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_identitymove_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.people_observation (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    source character varying(40) NOT NULL,
    assurance character varying(8) NOT NULL,
    identifiers bigint[] NOT NULL,
    CONSTRAINT an_observation_has_known_assurance CHECK (((assurance)::text = ANY ((ARRAY['verified'::character varying, 'staff'::character varying, 'typed'::character varying, 'browser'::character varying])::text[]))),
    CONSTRAINT an_observation_links_two_or_more CHECK ((
CASE
    WHEN (identifiers IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(identifiers, 1), 0)
END >= 2))
);
CREATE TABLE public.people_person (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    full_name character varying(120) NOT NULL,
    title character varying(120) NOT NULL,
    company_name character varying(200) NOT NULL,
    reach character varying(8) NOT NULL,
    is_own boolean NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    sort_key character varying(240) NOT NULL COLLATE pg_catalog."C",
    search_keys character varying(80)[] NOT NULL,
    merged_into_id bigint,
    CONSTRAINT a_person_has_a_known_reach CHECK (((reach)::text = ANY ((ARRAY['visitor'::character varying, 'contact'::character varying, 'known'::character varying])::text[]))),
    CONSTRAINT nobody_is_merged_into_themselves CHECK ((NOT ((merged_into_id = id) AND (merged_into_id IS NOT NULL))))
);
ALTER TABLE public.people_person ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.people_person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_auditentry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    action character varying(60) NOT NULL,
    subject_kind character varying(40) NOT NULL,
    subject_id character varying(40) NOT NULL,
    subject_label character varying(120) NOT NULL,
    detail jsonb NOT NULL,
    request_id character varying(36) NOT NULL,
    address inet,
    actor_id bigint
);
ALTER TABLE public.platform_auditentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_auditentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_businessscope (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    kind character varying(12) NOT NULL,
    CONSTRAINT a_scope_has_a_known_kind CHECK (((kind)::text = ANY ((ARRAY['company'::character varying, 'brand'::character varying, 'region'::character varying, 'wecom_corp'::character varying])::text[])))
);
ALTER TABLE public.platform_businessscope ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_businessscope_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_calendarday (
    "on" date NOT NULL,
    is_working boolean NOT NULL,
    note character varying(80) NOT NULL
);
CREATE TABLE public.platform_dropcount (
    id bigint NOT NULL,
    "on" date NOT NULL,
    door character varying(20) NOT NULL,
    reason character varying(40) NOT NULL,
    n bigint NOT NULL
);
ALTER TABLE public.platform_dropcount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_dropcount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_inboxblock (
    id bigint NOT NULL,
    lane character varying(20) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    count smallint NOT NULL,
    body bytea NOT NULL,
    leased_until timestamp with time zone,
    leased_by character varying(60) NOT NULL,
    attempts smallint NOT NULL,
    CONSTRAINT platform_inboxblock_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT platform_inboxblock_count_check CHECK ((count >= 0))
);
ALTER TABLE public.platform_inboxblock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_inboxblock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_invitation (
    id bigint NOT NULL,
    token_digest bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    staff_id bigint NOT NULL
);
ALTER TABLE public.platform_invitation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_invitation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_jobfailure (
    job_id bigint NOT NULL,
    error character varying(2000) NOT NULL,
    failed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.platform_mailsettings (
    id smallint NOT NULL,
    host character varying(200) NOT NULL,
    port integer NOT NULL,
    security character varying(8) NOT NULL,
    username character varying(200) NOT NULL,
    password_encrypted bytea NOT NULL,
    sender character varying(254) NOT NULL,
    sender_name character varying(80) NOT NULL,
    CONSTRAINT platform_mailsettings_port_check CHECK ((port >= 0)),
    CONSTRAINT there_is_one_mail_account CHECK ((id = 1))
);
CREATE TABLE public.platform_notification (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    "group" character varying(80) NOT NULL,
    params jsonb NOT NULL,
    url character varying(300) NOT NULL,
    count integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    staff_id bigint NOT NULL,
    CONSTRAINT platform_notification_count_check CHECK ((count >= 0))
);
ALTER TABLE public.platform_notification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_organisation (
    id smallint NOT NULL,
    name character varying(120) NOT NULL,
    zone character varying(64) NOT NULL,
    language character varying(10) NOT NULL,
    currency character varying(3) NOT NULL,
    region character varying(2) NOT NULL,
    is_demo boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    audit_kept_days integer NOT NULL,
    CONSTRAINT platform_organisation_audit_kept_days_check CHECK ((audit_kept_days >= 0)),
    CONSTRAINT there_is_one_organisation CHECK ((id = 1))
);
CREATE TABLE public.platform_outgoingmail (
    id bigint NOT NULL,
    recipient character varying(254) NOT NULL,
    subject character varying(200) NOT NULL,
    text_encrypted bytea NOT NULL,
    state character varying(8) NOT NULL,
    attempts smallint NOT NULL,
    error character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT platform_outgoingmail_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE public.platform_outgoingmail ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_outgoingmail_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_parkeditem (
    id bigint NOT NULL,
    lane character varying(20) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    parked_at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    error text NOT NULL,
    attempts smallint NOT NULL,
    CONSTRAINT platform_parkeditem_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE public.platform_parkeditem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_parkeditem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_senderkey (
    id bigint NOT NULL,
    source character varying(40) NOT NULL,
    key character varying(200) NOT NULL,
    event_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE public.platform_senderkey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_senderkey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_staff (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    public_id uuid NOT NULL,
    email character varying(254) NOT NULL,
    full_name character varying(80) NOT NULL,
    sort_key character varying(200) NOT NULL COLLATE pg_catalog."C",
    role character varying(16) NOT NULL,
    data_scope character varying(4) NOT NULL,
    is_active boolean NOT NULL,
    auth_epoch integer NOT NULL,
    language character varying(10) NOT NULL,
    zone character varying(64) NOT NULL,
    theme character varying(6) NOT NULL,
    density character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    team_id bigint,
    CONSTRAINT a_colleague_has_a_known_role CHECK (((role)::text = ANY ((ARRAY['marketer'::character varying, 'content'::character varying, 'sdr'::character varying, 'sales'::character varying, 'success'::character varying, 'manager'::character varying, 'partner_manager'::character varying, 'admin'::character varying])::text[]))),
    CONSTRAINT a_colleague_has_a_known_scope CHECK (((data_scope)::text = ANY ((ARRAY['own'::character varying, 'team'::character varying, 'tree'::character varying, 'all'::character varying])::text[]))),
    CONSTRAINT a_team_scope_needs_a_team CHECK (((NOT ((data_scope)::text = ANY ((ARRAY['team'::character varying, 'tree'::character varying])::text[]))) OR (team_id IS NOT NULL))),
    CONSTRAINT platform_staff_auth_epoch_check CHECK ((auth_epoch >= 0))
);
ALTER TABLE public.platform_staff ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_staff_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_staff_scopes (
    id bigint NOT NULL,
    staff_id bigint NOT NULL,
    businessscope_id bigint NOT NULL
);
ALTER TABLE public.platform_staff_scopes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_staff_scopes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_storedfile (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    name character varying(200) NOT NULL,
    content_type character varying(80) NOT NULL,
    size_bytes bigint NOT NULL,
    digest character varying(64) NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    uploaded_by_id bigint NOT NULL
);
ALTER TABLE public.platform_storedfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_storedfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_team (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    name character varying(80) NOT NULL,
    path character varying(200) NOT NULL,
    parent_id bigint,
    CONSTRAINT a_team_path_is_slashed CHECK (((path)::text ~ '^/([0-9]+/)+$'::text))
);
ALTER TABLE public.platform_team ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_team_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.platform_workinghours (
    id bigint NOT NULL,
    weekday smallint NOT NULL,
    opens_at time without time zone NOT NULL,
    closes_at time without time zone NOT NULL,
    CONSTRAINT a_week_has_seven_days CHECK ((weekday <= 6)),
    CONSTRAINT platform_workinghours_weekday_check CHECK ((weekday >= 0)),
    CONSTRAINT work_ends_after_it_begins CHECK ((closes_at > opens_at))
);
ALTER TABLE public.platform_workinghours ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.platform_workinghours_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type public.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);
CREATE SEQUENCE public.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.procrastinate_events_id_seq OWNED BY public.procrastinate_events.id;
CREATE SEQUENCE public.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.procrastinate_jobs_id_seq OWNED BY public.procrastinate_jobs.id;
CREATE TABLE public.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);
CREATE SEQUENCE public.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.procrastinate_periodic_defers_id_seq OWNED BY public.procrastinate_periodic_defers.id;
CREATE TABLE public.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scoring_personscore (
    person_id bigint NOT NULL,
    value double precision NOT NULL,
    grade smallint NOT NULL,
    computed_at timestamp with time zone NOT NULL,
    next_grade_change_at timestamp with time zone,
    model_version integer NOT NULL,
    CONSTRAINT a_grade_lies_from_1_to_4 CHECK (((grade >= 1) AND (grade <= 4))),
    CONSTRAINT a_score_lies_from_0_to_100 CHECK (((value >= (0.0)::double precision) AND (value <= (100.0)::double precision))),
    CONSTRAINT scoring_personscore_grade_check CHECK ((grade >= 0)),
    CONSTRAINT scoring_personscore_model_version_check CHECK ((model_version >= 0))
);
CREATE TABLE public.scoring_scoreterm (
    id bigint NOT NULL,
    rule character varying(40) NOT NULL,
    value double precision NOT NULL,
    as_of timestamp with time zone NOT NULL,
    n integer NOT NULL,
    person_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    CONSTRAINT scoring_scoreterm_n_check CHECK ((n >= 0))
);
ALTER TABLE public.scoring_scoreterm ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scoring_scoreterm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_2026_11 FOR VALUES FROM ('01a19467-e800-0000-0000-000000000000') TO ('01a22ee6-b000-0000-0000-000000000000');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_2026_12 FOR VALUES FROM ('01a22ee6-b000-0000-0000-000000000000') TO ('01a2ce8b-d400-0000-0000-000000000000');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_2027_01 FOR VALUES FROM ('01a2ce8b-d400-0000-0000-000000000000') TO ('01a36e30-f800-0000-0000-000000000000');
ALTER TABLE ONLY public.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_events_id_seq'::regclass);
ALTER TABLE ONLY public.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_jobs_id_seq'::regclass);
ALTER TABLE ONLY public.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_periodic_defers_id_seq'::regclass);
INSERT INTO public.auth_permission VALUES (1, 'Can add calendar day', 1, 'add_calendarday');
INSERT INTO public.auth_permission VALUES (2, 'Can change calendar day', 1, 'change_calendarday');
INSERT INTO public.auth_permission VALUES (3, 'Can delete calendar day', 1, 'delete_calendarday');
INSERT INTO public.auth_permission VALUES (4, 'Can view calendar day', 1, 'view_calendarday');
INSERT INTO public.auth_permission VALUES (5, 'Can add business scope', 2, 'add_businessscope');
INSERT INTO public.auth_permission VALUES (6, 'Can change business scope', 2, 'change_businessscope');
INSERT INTO public.auth_permission VALUES (7, 'Can delete business scope', 2, 'delete_businessscope');
INSERT INTO public.auth_permission VALUES (8, 'Can view business scope', 2, 'view_businessscope');
INSERT INTO public.auth_permission VALUES (9, 'Can add staff', 3, 'add_staff');
INSERT INTO public.auth_permission VALUES (10, 'Can change staff', 3, 'change_staff');
INSERT INTO public.auth_permission VALUES (11, 'Can delete staff', 3, 'delete_staff');
INSERT INTO public.auth_permission VALUES (12, 'Can view staff', 3, 'view_staff');
INSERT INTO public.auth_permission VALUES (13, 'Can add drop count', 4, 'add_dropcount');
INSERT INTO public.auth_permission VALUES (14, 'Can change drop count', 4, 'change_dropcount');
INSERT INTO public.auth_permission VALUES (15, 'Can delete drop count', 4, 'delete_dropcount');
INSERT INTO public.auth_permission VALUES (16, 'Can view drop count', 4, 'view_dropcount');
INSERT INTO public.auth_permission VALUES (17, 'Can add inbox block', 5, 'add_inboxblock');
INSERT INTO public.auth_permission VALUES (18, 'Can change inbox block', 5, 'change_inboxblock');
INSERT INTO public.auth_permission VALUES (19, 'Can delete inbox block', 5, 'delete_inboxblock');
INSERT INTO public.auth_permission VALUES (20, 'Can view inbox block', 5, 'view_inboxblock');
INSERT INTO public.auth_permission VALUES (21, 'Can add invitation', 6, 'add_invitation');
INSERT INTO public.auth_permission VALUES (22, 'Can change invitation', 6, 'change_invitation');
INSERT INTO public.auth_permission VALUES (23, 'Can delete invitation', 6, 'delete_invitation');
INSERT INTO public.auth_permission VALUES (24, 'Can view invitation', 6, 'view_invitation');
INSERT INTO public.auth_permission VALUES (25, 'Can add mail settings', 7, 'add_mailsettings');
INSERT INTO public.auth_permission VALUES (26, 'Can change mail settings', 7, 'change_mailsettings');
INSERT INTO public.auth_permission VALUES (27, 'Can delete mail settings', 7, 'delete_mailsettings');
INSERT INTO public.auth_permission VALUES (28, 'Can view mail settings', 7, 'view_mailsettings');
INSERT INTO public.auth_permission VALUES (29, 'Can add organisation', 8, 'add_organisation');
INSERT INTO public.auth_permission VALUES (30, 'Can change organisation', 8, 'change_organisation');
INSERT INTO public.auth_permission VALUES (31, 'Can delete organisation', 8, 'delete_organisation');
INSERT INTO public.auth_permission VALUES (32, 'Can view organisation', 8, 'view_organisation');
INSERT INTO public.auth_permission VALUES (33, 'Can add outgoing mail', 9, 'add_outgoingmail');
INSERT INTO public.auth_permission VALUES (34, 'Can change outgoing mail', 9, 'change_outgoingmail');
INSERT INTO public.auth_permission VALUES (35, 'Can delete outgoing mail', 9, 'delete_outgoingmail');
INSERT INTO public.auth_permission VALUES (36, 'Can view outgoing mail', 9, 'view_outgoingmail');
INSERT INTO public.auth_permission VALUES (37, 'Can add parked item', 10, 'add_parkeditem');
INSERT INTO public.auth_permission VALUES (38, 'Can change parked item', 10, 'change_parkeditem');
INSERT INTO public.auth_permission VALUES (39, 'Can delete parked item', 10, 'delete_parkeditem');
INSERT INTO public.auth_permission VALUES (40, 'Can view parked item', 10, 'view_parkeditem');
INSERT INTO public.auth_permission VALUES (41, 'Can add sender key', 11, 'add_senderkey');
INSERT INTO public.auth_permission VALUES (42, 'Can change sender key', 11, 'change_senderkey');
INSERT INTO public.auth_permission VALUES (43, 'Can delete sender key', 11, 'delete_senderkey');
INSERT INTO public.auth_permission VALUES (44, 'Can view sender key', 11, 'view_senderkey');
INSERT INTO public.auth_permission VALUES (45, 'Can add stored file', 12, 'add_storedfile');
INSERT INTO public.auth_permission VALUES (46, 'Can change stored file', 12, 'change_storedfile');
INSERT INTO public.auth_permission VALUES (47, 'Can delete stored file', 12, 'delete_storedfile');
INSERT INTO public.auth_permission VALUES (48, 'Can view stored file', 12, 'view_storedfile');
INSERT INTO public.auth_permission VALUES (49, 'Can add team', 13, 'add_team');
INSERT INTO public.auth_permission VALUES (50, 'Can change team', 13, 'change_team');
INSERT INTO public.auth_permission VALUES (51, 'Can delete team', 13, 'delete_team');
INSERT INTO public.auth_permission VALUES (52, 'Can view team', 13, 'view_team');
INSERT INTO public.auth_permission VALUES (53, 'Can add working hours', 14, 'add_workinghours');
INSERT INTO public.auth_permission VALUES (54, 'Can change working hours', 14, 'change_workinghours');
INSERT INTO public.auth_permission VALUES (55, 'Can delete working hours', 14, 'delete_workinghours');
INSERT INTO public.auth_permission VALUES (56, 'Can view working hours', 14, 'view_workinghours');
INSERT INTO public.auth_permission VALUES (57, 'Can add audit entry', 15, 'add_auditentry');
INSERT INTO public.auth_permission VALUES (58, 'Can change audit entry', 15, 'change_auditentry');
INSERT INTO public.auth_permission VALUES (59, 'Can delete audit entry', 15, 'delete_auditentry');
INSERT INTO public.auth_permission VALUES (60, 'Can view audit entry', 15, 'view_auditentry');
INSERT INTO public.auth_permission VALUES (61, 'Can add notification', 16, 'add_notification');
INSERT INTO public.auth_permission VALUES (62, 'Can change notification', 16, 'change_notification');
INSERT INTO public.auth_permission VALUES (63, 'Can delete notification', 16, 'delete_notification');
INSERT INTO public.auth_permission VALUES (64, 'Can view notification', 16, 'view_notification');
INSERT INTO public.auth_permission VALUES (65, 'Can add job failure', 17, 'add_jobfailure');
INSERT INTO public.auth_permission VALUES (66, 'Can change job failure', 17, 'change_jobfailure');
INSERT INTO public.auth_permission VALUES (67, 'Can delete job failure', 17, 'delete_jobfailure');
INSERT INTO public.auth_permission VALUES (68, 'Can view job failure', 17, 'view_jobfailure');
INSERT INTO public.auth_permission VALUES (69, 'Can add account', 18, 'add_account');
INSERT INTO public.auth_permission VALUES (70, 'Can change account', 18, 'change_account');
INSERT INTO public.auth_permission VALUES (71, 'Can delete account', 18, 'delete_account');
INSERT INTO public.auth_permission VALUES (72, 'Can view account', 18, 'view_account');
INSERT INTO public.auth_permission VALUES (73, 'Can add identity move', 19, 'add_identitymove');
INSERT INTO public.auth_permission VALUES (74, 'Can change identity move', 19, 'change_identitymove');
INSERT INTO public.auth_permission VALUES (75, 'Can delete identity move', 19, 'delete_identitymove');
INSERT INTO public.auth_permission VALUES (76, 'Can view identity move', 19, 'view_identitymove');
INSERT INTO public.auth_permission VALUES (77, 'Can add observation', 20, 'add_observation');
INSERT INTO public.auth_permission VALUES (78, 'Can change observation', 20, 'change_observation');
INSERT INTO public.auth_permission VALUES (79, 'Can delete observation', 20, 'delete_observation');
INSERT INTO public.auth_permission VALUES (80, 'Can view observation', 20, 'view_observation');
INSERT INTO public.auth_permission VALUES (81, 'Can add person', 21, 'add_person');
INSERT INTO public.auth_permission VALUES (82, 'Can change person', 21, 'change_person');
INSERT INTO public.auth_permission VALUES (83, 'Can delete person', 21, 'delete_person');
INSERT INTO public.auth_permission VALUES (84, 'Can view person', 21, 'view_person');
INSERT INTO public.auth_permission VALUES (85, 'Can add identity change', 22, 'add_identitychange');
INSERT INTO public.auth_permission VALUES (86, 'Can change identity change', 22, 'change_identitychange');
INSERT INTO public.auth_permission VALUES (87, 'Can delete identity change', 22, 'delete_identitychange');
INSERT INTO public.auth_permission VALUES (88, 'Can view identity change', 22, 'view_identitychange');
INSERT INTO public.auth_permission VALUES (89, 'Can add identifier', 23, 'add_identifier');
INSERT INTO public.auth_permission VALUES (90, 'Can change identifier', 23, 'change_identifier');
INSERT INTO public.auth_permission VALUES (91, 'Can delete identifier', 23, 'delete_identifier');
INSERT INTO public.auth_permission VALUES (92, 'Can view identifier', 23, 'view_identifier');
INSERT INTO public.auth_permission VALUES (93, 'Can add field value', 24, 'add_fieldvalue');
INSERT INTO public.auth_permission VALUES (94, 'Can change field value', 24, 'change_fieldvalue');
INSERT INTO public.auth_permission VALUES (95, 'Can delete field value', 24, 'delete_fieldvalue');
INSERT INTO public.auth_permission VALUES (96, 'Can view field value', 24, 'view_fieldvalue');
INSERT INTO public.auth_permission VALUES (97, 'Can add consent', 25, 'add_consent');
INSERT INTO public.auth_permission VALUES (98, 'Can change consent', 25, 'change_consent');
INSERT INTO public.auth_permission VALUES (99, 'Can delete consent', 25, 'delete_consent');
INSERT INTO public.auth_permission VALUES (100, 'Can view consent', 25, 'view_consent');
INSERT INTO public.auth_permission VALUES (101, 'Can add affiliation', 26, 'add_affiliation');
INSERT INTO public.auth_permission VALUES (102, 'Can change affiliation', 26, 'change_affiliation');
INSERT INTO public.auth_permission VALUES (103, 'Can delete affiliation', 26, 'delete_affiliation');
INSERT INTO public.auth_permission VALUES (104, 'Can view affiliation', 26, 'view_affiliation');
INSERT INTO public.auth_permission VALUES (105, 'Can add identity link', 27, 'add_identitylink');
INSERT INTO public.auth_permission VALUES (106, 'Can change identity link', 27, 'change_identitylink');
INSERT INTO public.auth_permission VALUES (107, 'Can delete identity link', 27, 'delete_identitylink');
INSERT INTO public.auth_permission VALUES (108, 'Can view identity link', 27, 'view_identitylink');
INSERT INTO public.auth_permission VALUES (109, 'Can add event', 28, 'add_event');
INSERT INTO public.auth_permission VALUES (110, 'Can change event', 28, 'change_event');
INSERT INTO public.auth_permission VALUES (111, 'Can delete event', 28, 'delete_event');
INSERT INTO public.auth_permission VALUES (112, 'Can view event', 28, 'view_event');
INSERT INTO public.auth_permission VALUES (113, 'Can add site', 29, 'add_site');
INSERT INTO public.auth_permission VALUES (114, 'Can change site', 29, 'change_site');
INSERT INTO public.auth_permission VALUES (115, 'Can delete site', 29, 'delete_site');
INSERT INTO public.auth_permission VALUES (116, 'Can view site', 29, 'view_site');
INSERT INTO public.auth_permission VALUES (117, 'Can add person score', 30, 'add_personscore');
INSERT INTO public.auth_permission VALUES (118, 'Can change person score', 30, 'change_personscore');
INSERT INTO public.auth_permission VALUES (119, 'Can delete person score', 30, 'delete_personscore');
INSERT INTO public.auth_permission VALUES (120, 'Can view person score', 30, 'view_personscore');
INSERT INTO public.auth_permission VALUES (121, 'Can add score term', 31, 'add_scoreterm');
INSERT INTO public.auth_permission VALUES (122, 'Can change score term', 31, 'change_scoreterm');
INSERT INTO public.auth_permission VALUES (123, 'Can delete score term', 31, 'delete_scoreterm');
INSERT INTO public.auth_permission VALUES (124, 'Can view score term', 31, 'view_scoreterm');
INSERT INTO public.auth_permission VALUES (125, 'Can add form', 32, 'add_form');
INSERT INTO public.auth_permission VALUES (126, 'Can change form', 32, 'change_form');
INSERT INTO public.auth_permission VALUES (127, 'Can delete form', 32, 'delete_form');
INSERT INTO public.auth_permission VALUES (128, 'Can view form', 32, 'view_form');
INSERT INTO public.auth_permission VALUES (129, 'Can add form submission', 33, 'add_formsubmission');
INSERT INTO public.auth_permission VALUES (130, 'Can change form submission', 33, 'change_formsubmission');
INSERT INTO public.auth_permission VALUES (131, 'Can delete form submission', 33, 'delete_formsubmission');
INSERT INTO public.auth_permission VALUES (132, 'Can view form submission', 33, 'view_formsubmission');
INSERT INTO public.auth_permission VALUES (133, 'Can add product line', 34, 'add_productline');
INSERT INTO public.auth_permission VALUES (134, 'Can change product line', 34, 'change_productline');
INSERT INTO public.auth_permission VALUES (135, 'Can delete product line', 34, 'delete_productline');
INSERT INTO public.auth_permission VALUES (136, 'Can view product line', 34, 'view_productline');
INSERT INTO public.auth_permission VALUES (137, 'Can add lead', 35, 'add_lead');
INSERT INTO public.auth_permission VALUES (138, 'Can change lead', 35, 'change_lead');
INSERT INTO public.auth_permission VALUES (139, 'Can delete lead', 35, 'delete_lead');
INSERT INTO public.auth_permission VALUES (140, 'Can view lead', 35, 'view_lead');
INSERT INTO public.auth_permission VALUES (141, 'Can add stage visit', 36, 'add_stagevisit');
INSERT INTO public.auth_permission VALUES (142, 'Can change stage visit', 36, 'change_stagevisit');
INSERT INTO public.auth_permission VALUES (143, 'Can delete stage visit', 36, 'delete_stagevisit');
INSERT INTO public.auth_permission VALUES (144, 'Can view stage visit', 36, 'view_stagevisit');
INSERT INTO public.auth_permission VALUES (145, 'Can add follow up', 37, 'add_followup');
INSERT INTO public.auth_permission VALUES (146, 'Can change follow up', 37, 'change_followup');
INSERT INTO public.auth_permission VALUES (147, 'Can delete follow up', 37, 'delete_followup');
INSERT INTO public.auth_permission VALUES (148, 'Can view follow up', 37, 'view_followup');
INSERT INTO public.auth_permission VALUES (149, 'Can add clock', 38, 'add_clock');
INSERT INTO public.auth_permission VALUES (150, 'Can change clock', 38, 'change_clock');
INSERT INTO public.auth_permission VALUES (151, 'Can delete clock', 38, 'delete_clock');
INSERT INTO public.auth_permission VALUES (152, 'Can view clock', 38, 'view_clock');
INSERT INTO public.auth_permission VALUES (153, 'Can add permission', 39, 'add_permission');
INSERT INTO public.auth_permission VALUES (154, 'Can change permission', 39, 'change_permission');
INSERT INTO public.auth_permission VALUES (155, 'Can delete permission', 39, 'delete_permission');
INSERT INTO public.auth_permission VALUES (156, 'Can view permission', 39, 'view_permission');
INSERT INTO public.auth_permission VALUES (157, 'Can add group', 40, 'add_group');
INSERT INTO public.auth_permission VALUES (158, 'Can change group', 40, 'change_group');
INSERT INTO public.auth_permission VALUES (159, 'Can delete group', 40, 'delete_group');
INSERT INTO public.auth_permission VALUES (160, 'Can view group', 40, 'view_group');
INSERT INTO public.auth_permission VALUES (161, 'Can add content type', 41, 'add_contenttype');
INSERT INTO public.auth_permission VALUES (162, 'Can change content type', 41, 'change_contenttype');
INSERT INTO public.auth_permission VALUES (163, 'Can delete content type', 41, 'delete_contenttype');
INSERT INTO public.auth_permission VALUES (164, 'Can view content type', 41, 'view_contenttype');
INSERT INTO public.auth_permission VALUES (165, 'Can add session', 42, 'add_session');
INSERT INTO public.auth_permission VALUES (166, 'Can change session', 42, 'change_session');
INSERT INTO public.auth_permission VALUES (167, 'Can delete session', 42, 'delete_session');
INSERT INTO public.auth_permission VALUES (168, 'Can view session', 42, 'view_session');
INSERT INTO public.auth_permission VALUES (169, 'Can add procrastinate event', 43, 'add_procrastinateevent');
INSERT INTO public.auth_permission VALUES (170, 'Can change procrastinate event', 43, 'change_procrastinateevent');
INSERT INTO public.auth_permission VALUES (171, 'Can delete procrastinate event', 43, 'delete_procrastinateevent');
INSERT INTO public.auth_permission VALUES (172, 'Can view procrastinate event', 43, 'view_procrastinateevent');
INSERT INTO public.auth_permission VALUES (173, 'Can add procrastinate job', 44, 'add_procrastinatejob');
INSERT INTO public.auth_permission VALUES (174, 'Can change procrastinate job', 44, 'change_procrastinatejob');
INSERT INTO public.auth_permission VALUES (175, 'Can delete procrastinate job', 44, 'delete_procrastinatejob');
INSERT INTO public.auth_permission VALUES (176, 'Can view procrastinate job', 44, 'view_procrastinatejob');
INSERT INTO public.auth_permission VALUES (177, 'Can add procrastinate periodic defer', 45, 'add_procrastinateperiodicdefer');
INSERT INTO public.auth_permission VALUES (178, 'Can change procrastinate periodic defer', 45, 'change_procrastinateperiodicdefer');
INSERT INTO public.auth_permission VALUES (179, 'Can delete procrastinate periodic defer', 45, 'delete_procrastinateperiodicdefer');
INSERT INTO public.auth_permission VALUES (180, 'Can view procrastinate periodic defer', 45, 'view_procrastinateperiodicdefer');
INSERT INTO public.auth_permission VALUES (181, 'Can add procrastinate worker', 46, 'add_procrastinateworker');
INSERT INTO public.auth_permission VALUES (182, 'Can change procrastinate worker', 46, 'change_procrastinateworker');
INSERT INTO public.auth_permission VALUES (183, 'Can delete procrastinate worker', 46, 'delete_procrastinateworker');
INSERT INTO public.auth_permission VALUES (184, 'Can view procrastinate worker', 46, 'view_procrastinateworker');
INSERT INTO public.auth_permission VALUES (185, 'Can add access attempt', 47, 'add_accessattempt');
INSERT INTO public.auth_permission VALUES (186, 'Can change access attempt', 47, 'change_accessattempt');
INSERT INTO public.auth_permission VALUES (187, 'Can delete access attempt', 47, 'delete_accessattempt');
INSERT INTO public.auth_permission VALUES (188, 'Can view access attempt', 47, 'view_accessattempt');
INSERT INTO public.auth_permission VALUES (189, 'Can add access log', 48, 'add_accesslog');
INSERT INTO public.auth_permission VALUES (190, 'Can change access log', 48, 'change_accesslog');
INSERT INTO public.auth_permission VALUES (191, 'Can delete access log', 48, 'delete_accesslog');
INSERT INTO public.auth_permission VALUES (192, 'Can view access log', 48, 'view_accesslog');
INSERT INTO public.auth_permission VALUES (193, 'Can add access failure', 49, 'add_accessfailurelog');
INSERT INTO public.auth_permission VALUES (194, 'Can change access failure', 49, 'change_accessfailurelog');
INSERT INTO public.auth_permission VALUES (195, 'Can delete access failure', 49, 'delete_accessfailurelog');
INSERT INTO public.auth_permission VALUES (196, 'Can view access failure', 49, 'view_accessfailurelog');
INSERT INTO public.auth_permission VALUES (197, 'Can add access attempt expiration', 50, 'add_accessattemptexpiration');
INSERT INTO public.auth_permission VALUES (198, 'Can change access attempt expiration', 50, 'change_accessattemptexpiration');
INSERT INTO public.auth_permission VALUES (199, 'Can delete access attempt expiration', 50, 'delete_accessattemptexpiration');
INSERT INTO public.auth_permission VALUES (200, 'Can view access attempt expiration', 50, 'view_accessattemptexpiration');
INSERT INTO public.django_content_type VALUES (1, 'platform', 'calendarday');
INSERT INTO public.django_content_type VALUES (2, 'platform', 'businessscope');
INSERT INTO public.django_content_type VALUES (3, 'platform', 'staff');
INSERT INTO public.django_content_type VALUES (4, 'platform', 'dropcount');
INSERT INTO public.django_content_type VALUES (5, 'platform', 'inboxblock');
INSERT INTO public.django_content_type VALUES (6, 'platform', 'invitation');
INSERT INTO public.django_content_type VALUES (7, 'platform', 'mailsettings');
INSERT INTO public.django_content_type VALUES (8, 'platform', 'organisation');
INSERT INTO public.django_content_type VALUES (9, 'platform', 'outgoingmail');
INSERT INTO public.django_content_type VALUES (10, 'platform', 'parkeditem');
INSERT INTO public.django_content_type VALUES (11, 'platform', 'senderkey');
INSERT INTO public.django_content_type VALUES (12, 'platform', 'storedfile');
INSERT INTO public.django_content_type VALUES (13, 'platform', 'team');
INSERT INTO public.django_content_type VALUES (14, 'platform', 'workinghours');
INSERT INTO public.django_content_type VALUES (15, 'platform', 'auditentry');
INSERT INTO public.django_content_type VALUES (16, 'platform', 'notification');
INSERT INTO public.django_content_type VALUES (17, 'platform', 'jobfailure');
INSERT INTO public.django_content_type VALUES (18, 'people', 'account');
INSERT INTO public.django_content_type VALUES (19, 'people', 'identitymove');
INSERT INTO public.django_content_type VALUES (20, 'people', 'observation');
INSERT INTO public.django_content_type VALUES (21, 'people', 'person');
INSERT INTO public.django_content_type VALUES (22, 'people', 'identitychange');
INSERT INTO public.django_content_type VALUES (23, 'people', 'identifier');
INSERT INTO public.django_content_type VALUES (24, 'people', 'fieldvalue');
INSERT INTO public.django_content_type VALUES (25, 'people', 'consent');
INSERT INTO public.django_content_type VALUES (26, 'people', 'affiliation');
INSERT INTO public.django_content_type VALUES (27, 'people', 'identitylink');
INSERT INTO public.django_content_type VALUES (28, 'events', 'event');
INSERT INTO public.django_content_type VALUES (29, 'events', 'site');
INSERT INTO public.django_content_type VALUES (30, 'scoring', 'personscore');
INSERT INTO public.django_content_type VALUES (31, 'scoring', 'scoreterm');
INSERT INTO public.django_content_type VALUES (32, 'content', 'form');
INSERT INTO public.django_content_type VALUES (33, 'content', 'formsubmission');
INSERT INTO public.django_content_type VALUES (34, 'lifecycle', 'productline');
INSERT INTO public.django_content_type VALUES (35, 'lifecycle', 'lead');
INSERT INTO public.django_content_type VALUES (36, 'lifecycle', 'stagevisit');
INSERT INTO public.django_content_type VALUES (37, 'lifecycle', 'followup');
INSERT INTO public.django_content_type VALUES (38, 'lifecycle', 'clock');
INSERT INTO public.django_content_type VALUES (39, 'auth', 'permission');
INSERT INTO public.django_content_type VALUES (40, 'auth', 'group');
INSERT INTO public.django_content_type VALUES (41, 'contenttypes', 'contenttype');
INSERT INTO public.django_content_type VALUES (42, 'sessions', 'session');
INSERT INTO public.django_content_type VALUES (43, 'procrastinate', 'procrastinateevent');
INSERT INTO public.django_content_type VALUES (44, 'procrastinate', 'procrastinatejob');
INSERT INTO public.django_content_type VALUES (45, 'procrastinate', 'procrastinateperiodicdefer');
INSERT INTO public.django_content_type VALUES (46, 'procrastinate', 'procrastinateworker');
INSERT INTO public.django_content_type VALUES (47, 'axes', 'accessattempt');
INSERT INTO public.django_content_type VALUES (48, 'axes', 'accesslog');
INSERT INTO public.django_content_type VALUES (49, 'axes', 'accessfailurelog');
INSERT INTO public.django_content_type VALUES (50, 'axes', 'accessattemptexpiration');
INSERT INTO public.django_migrations VALUES (1, 'contenttypes', '0001_initial', '2026-11-21 23:08:18.072355+00');
INSERT INTO public.django_migrations VALUES (2, 'contenttypes', '0002_remove_content_type_name', '2026-11-21 23:08:18.0952+00');
INSERT INTO public.django_migrations VALUES (3, 'auth', '0001_initial', '2026-11-21 23:08:18.235119+00');
INSERT INTO public.django_migrations VALUES (4, 'auth', '0002_alter_permission_name_max_length', '2026-11-21 23:08:18.247508+00');
INSERT INTO public.django_migrations VALUES (5, 'auth', '0003_alter_user_email_max_length', '2026-11-21 23:08:18.263836+00');
INSERT INTO public.django_migrations VALUES (6, 'auth', '0004_alter_user_username_opts', '2026-11-21 23:08:18.282607+00');
INSERT INTO public.django_migrations VALUES (7, 'auth', '0005_alter_user_last_login_null', '2026-11-21 23:08:18.31026+00');
INSERT INTO public.django_migrations VALUES (8, 'auth', '0006_require_contenttypes_0002', '2026-11-21 23:08:18.317402+00');
INSERT INTO public.django_migrations VALUES (9, 'auth', '0007_alter_validators_add_error_messages', '2026-11-21 23:08:18.341954+00');
INSERT INTO public.django_migrations VALUES (10, 'auth', '0008_alter_user_username_max_length', '2026-11-21 23:08:18.355394+00');
INSERT INTO public.django_migrations VALUES (11, 'auth', '0009_alter_user_last_name_max_length', '2026-11-21 23:08:18.372422+00');
INSERT INTO public.django_migrations VALUES (12, 'auth', '0010_alter_group_name_max_length', '2026-11-21 23:08:18.404625+00');
INSERT INTO public.django_migrations VALUES (13, 'auth', '0011_update_proxy_permissions', '2026-11-21 23:08:18.429568+00');
INSERT INTO public.django_migrations VALUES (14, 'auth', '0012_alter_user_first_name_max_length', '2026-11-21 23:08:18.466754+00');
INSERT INTO public.django_migrations VALUES (15, 'axes', '0001_initial', '2026-11-21 23:08:18.497147+00');
INSERT INTO public.django_migrations VALUES (16, 'axes', '0002_auto_20151217_2044', '2026-11-21 23:08:18.556514+00');
INSERT INTO public.django_migrations VALUES (17, 'axes', '0003_auto_20160322_0929', '2026-11-21 23:08:18.587705+00');
INSERT INTO public.django_migrations VALUES (18, 'axes', '0004_auto_20181024_1538', '2026-11-21 23:08:18.642314+00');
INSERT INTO public.django_migrations VALUES (19, 'axes', '0005_remove_accessattempt_trusted', '2026-11-21 23:08:18.700749+00');
INSERT INTO public.django_migrations VALUES (20, 'axes', '0006_remove_accesslog_trusted', '2026-11-21 23:08:18.719549+00');
INSERT INTO public.django_migrations VALUES (21, 'axes', '0007_alter_accessattempt_unique_together', '2026-11-21 23:08:18.766569+00');
INSERT INTO public.django_migrations VALUES (22, 'axes', '0008_accessfailurelog', '2026-11-21 23:08:18.81263+00');
INSERT INTO public.django_migrations VALUES (23, 'axes', '0009_add_session_hash', '2026-11-21 23:08:18.828617+00');
INSERT INTO public.django_migrations VALUES (24, 'axes', '0010_accessattemptexpiration', '2026-11-21 23:08:18.863027+00');
INSERT INTO public.django_migrations VALUES (25, 'platform', '0001_initial', '2026-11-21 23:08:19.579885+00');
INSERT INTO public.django_migrations VALUES (26, 'people', '0001_initial', '2026-11-21 23:08:21.022069+00');
INSERT INTO public.django_migrations VALUES (27, 'events', '0001_initial', '2026-11-21 23:08:21.231972+00');
INSERT INTO public.django_migrations VALUES (28, 'content', '0001_initial', '2026-11-21 23:08:21.476859+00');
INSERT INTO public.django_migrations VALUES (29, 'events', '0002_event_table', '2026-11-21 23:08:21.501737+00');
INSERT INTO public.django_migrations VALUES (30, 'lifecycle', '0001_initial', '2026-11-21 23:08:25.33863+00');
INSERT INTO public.django_migrations VALUES (31, 'lifecycle', '0002_stage_visit_xid', '2026-11-21 23:08:25.371147+00');
INSERT INTO public.django_migrations VALUES (32, 'people', '0002_identity_move_xid', '2026-11-21 23:08:25.395262+00');
INSERT INTO public.django_migrations VALUES (33, 'platform', '0002_audit_kept_days', '2026-11-21 23:08:25.438894+00');
INSERT INTO public.django_migrations VALUES (34, 'platform', '0003_job_failure', '2026-11-21 23:08:25.467179+00');
INSERT INTO public.django_migrations VALUES (35, 'procrastinate', '0001_initial', '2026-11-21 23:08:25.539773+00');
INSERT INTO public.django_migrations VALUES (36, 'procrastinate', '0002_drop_started_at_column', '2026-11-21 23:08:25.567508+00');
INSERT INTO public.django_migrations VALUES (37, 'procrastinate', '0003_drop_started_at_column', '2026-11-21 23:08:25.58129+00');
INSERT INTO public.django_migrations VALUES (38, 'procrastinate', '0004_drop_procrastinate_version_table', '2026-11-21 23:08:25.602901+00');
INSERT INTO public.django_migrations VALUES (39, 'procrastinate', '0005_fix_procrastinate_fetch_job', '2026-11-21 23:08:25.624842+00');
INSERT INTO public.django_migrations VALUES (40, 'procrastinate', '0006_fix_trigger_status_events_insert', '2026-11-21 23:08:25.662935+00');
INSERT INTO public.django_migrations VALUES (41, 'procrastinate', '0007_add_queueing_lock_column', '2026-11-21 23:08:25.674661+00');
INSERT INTO public.django_migrations VALUES (42, 'procrastinate', '0008_close_fetch_job_race_condition', '2026-11-21 23:08:25.706065+00');
INSERT INTO public.django_migrations VALUES (43, 'procrastinate', '0009_add_defer_job_function', '2026-11-21 23:08:25.729787+00');
INSERT INTO public.django_migrations VALUES (44, 'procrastinate', '0010_add_procrastinate_periodic_defers', '2026-11-21 23:08:25.766996+00');
INSERT INTO public.django_migrations VALUES (45, 'procrastinate', '0011_add_foreign_key_index', '2026-11-21 23:08:25.792067+00');
INSERT INTO public.django_migrations VALUES (46, 'procrastinate', '0012_add_locks_to_periodic_defer', '2026-11-21 23:08:25.814961+00');
INSERT INTO public.django_migrations VALUES (47, 'procrastinate', '0013_fix_procrastinate_defer_periodic_job', '2026-11-21 23:08:25.830355+00');
INSERT INTO public.django_migrations VALUES (48, 'procrastinate', '0014_add_finish_job_and_retry_job_functions', '2026-11-21 23:08:25.844826+00');
INSERT INTO public.django_migrations VALUES (49, 'procrastinate', '0015_add_trigger_on_job_deletion', '2026-11-21 23:08:25.859613+00');
INSERT INTO public.django_migrations VALUES (50, 'procrastinate', '0016_delete_finished_jobs', '2026-11-21 23:08:25.875923+00');
INSERT INTO public.django_migrations VALUES (51, 'procrastinate', '0017_add_checks_to_finish_job', '2026-11-21 23:08:25.895002+00');
INSERT INTO public.django_migrations VALUES (52, 'procrastinate', '0018_add_checks_to_retry_job', '2026-11-21 23:08:25.911477+00');
INSERT INTO public.django_migrations VALUES (53, 'procrastinate', '0019_fix_finish_job_compat_issue', '2026-11-21 23:08:25.924367+00');
INSERT INTO public.django_migrations VALUES (54, 'procrastinate', '0020_add_index_on_procrastinate_jobs', '2026-11-21 23:08:25.949167+00');
INSERT INTO public.django_migrations VALUES (55, 'procrastinate', '0021_add_kwargs_to_defer_periodic_job', '2026-11-21 23:08:25.96593+00');
INSERT INTO public.django_migrations VALUES (56, 'procrastinate', '0022_null_locks_excluded', '2026-11-21 23:08:25.984732+00');
INSERT INTO public.django_migrations VALUES (57, 'procrastinate', '0023_remove_old_finish_job_function', '2026-11-21 23:08:25.99285+00');
INSERT INTO public.django_migrations VALUES (58, 'procrastinate', '0024_job_id_bigint', '2026-11-21 23:08:26.019645+00');
INSERT INTO public.django_migrations VALUES (59, 'procrastinate', '0025_add_models', '2026-11-21 23:08:26.044013+00');
INSERT INTO public.django_migrations VALUES (60, 'procrastinate', '0026_add_job_priority', '2026-11-21 23:08:26.080415+00');
INSERT INTO public.django_migrations VALUES (61, 'procrastinate', '0027_add_periodic_job_priority', '2026-11-21 23:08:26.096801+00');
INSERT INTO public.django_migrations VALUES (62, 'procrastinate', '0028_add_cancel_states', '2026-11-21 23:08:26.129401+00');
INSERT INTO public.django_migrations VALUES (63, 'procrastinate', '0029_add_additional_params_to_retry_job', '2026-11-21 23:08:26.140331+00');
INSERT INTO public.django_migrations VALUES (64, 'procrastinate', '0030_alter_procrastinateevent_options', '2026-11-21 23:08:26.153737+00');
INSERT INTO public.django_migrations VALUES (65, 'procrastinate', '0031_add_indexes_for_fetch_job', '2026-11-21 23:08:26.1722+00');
INSERT INTO public.django_migrations VALUES (66, 'procrastinate', '0032_pre_cancel_notification', '2026-11-21 23:08:26.186128+00');
INSERT INTO public.django_migrations VALUES (67, 'procrastinate', '0033_post_cancel_notification', '2026-11-21 23:08:26.23602+00');
INSERT INTO public.django_migrations VALUES (68, 'procrastinate', '0034_pre_add_heartbeat', '2026-11-21 23:08:26.269926+00');
INSERT INTO public.django_migrations VALUES (69, 'procrastinate', '0035_post_add_heartbeat', '2026-11-21 23:08:26.280325+00');
INSERT INTO public.django_migrations VALUES (70, 'procrastinate', '0036_add_worker_model', '2026-11-21 23:08:26.311523+00');
INSERT INTO public.django_migrations VALUES (71, 'procrastinate', '0037_pre_batch_defer_jobs', '2026-11-21 23:08:26.32929+00');
INSERT INTO public.django_migrations VALUES (72, 'procrastinate', '0038_post_batch_defer_jobs', '2026-11-21 23:08:26.341406+00');
INSERT INTO public.django_migrations VALUES (73, 'procrastinate', '0039_pre_priority_lock_fetch_job', '2026-11-21 23:08:26.349879+00');
INSERT INTO public.django_migrations VALUES (74, 'procrastinate', '0040_pre_retry_failed_job', '2026-11-21 23:08:26.35523+00');
INSERT INTO public.django_migrations VALUES (75, 'procrastinate', '0041_post_retry_failed_job', '2026-11-21 23:08:26.358261+00');
INSERT INTO public.django_migrations VALUES (76, 'scoring', '0001_initial', '2026-11-21 23:08:26.616078+00');
INSERT INTO public.django_migrations VALUES (77, 'sessions', '0001_initial', '2026-11-21 23:08:26.668601+00');
INSERT INTO public.platform_auditentry VALUES (1, '2026-11-21 23:08:27.757468+00', 'organisation.made', '', '', '', '{}', '', NULL, NULL);
INSERT INTO public.platform_businessscope VALUES (1, 'company', '我的公司', 'company');
INSERT INTO public.platform_invitation VALUES (1, '\xca17184a810dc168a01141fddb26798b83d138af9780781a44e119cc57acdb4d', '2026-11-21 23:08:27.757468+00', '2026-11-28 23:08:27.757468+00', 1);
INSERT INTO public.platform_organisation VALUES (1, '我的公司', 'Asia/Shanghai', 'zh-hans', 'CNY', 'CN', false, '2026-11-21 23:08:27.757468+00', 1095);
INSERT INTO public.platform_staff VALUES (1, '!HYANbT3Lz6JO8tZjQJ6eYB66b4YTmJ1W8jcBdYpL', NULL, 'f4ff827f-3a97-4ba6-8204-02bc8256388e', 'administrator@example.invalid', '管理员', 'guan li yuan', 'admin', 'all', true, 1, 'zh-hans', '', 'system', 'standard', '2026-11-21 23:08:27.757468+00', 1);
INSERT INTO public.platform_staff VALUES (2, '', NULL, '1fe3fb18-bdfb-42b4-a01f-04153132d0fe', 'mei@example.com', 'Mei', '', 'sdr', 'team', true, 1, 'zh-hans', '', 'system', 'standard', '2026-11-21 04:00:00+00', 1);
INSERT INTO public.platform_staff VALUES (3, '', NULL, '2fd6afe5-dec8-4254-8406-36447ded5598', 'lin@example.com', 'Lin', '', 'manager', 'own', true, 1, 'zh-hans', '', 'system', 'standard', '2026-11-21 04:00:00+00', 1);
INSERT INTO public.platform_team VALUES (1, 'fb762bd8-8c7e-4b85-adbc-94fcafeeda09', '我的公司', '/1/', NULL);
INSERT INTO public.platform_workinghours VALUES (1, 0, '09:00:00', '18:00:00');
INSERT INTO public.platform_workinghours VALUES (2, 1, '09:00:00', '18:00:00');
INSERT INTO public.platform_workinghours VALUES (3, 2, '09:00:00', '18:00:00');
INSERT INTO public.platform_workinghours VALUES (4, 3, '09:00:00', '18:00:00');
INSERT INTO public.platform_workinghours VALUES (5, 4, '09:00:00', '18:00:00');
SELECT pg_catalog.setval('public.auth_group_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_permission_id_seq', 200, true);
SELECT pg_catalog.setval('public.axes_accessattempt_id_seq', 1, false);
SELECT pg_catalog.setval('public.axes_accessfailurelog_id_seq', 1, false);
SELECT pg_catalog.setval('public.axes_accesslog_id_seq', 1, false);
SELECT pg_catalog.setval('public.content_form_id_seq', 1, false);
SELECT pg_catalog.setval('public.django_content_type_id_seq', 50, true);
SELECT pg_catalog.setval('public.django_migrations_id_seq', 77, true);
SELECT pg_catalog.setval('public.events_site_id_seq', 1, false);
SELECT pg_catalog.setval('public.lifecycle_clock_id_seq', 1, false);
SELECT pg_catalog.setval('public.lifecycle_followup_id_seq', 1, false);
SELECT pg_catalog.setval('public.lifecycle_lead_id_seq', 1, false);
SELECT pg_catalog.setval('public.lifecycle_productline_id_seq', 1, false);
SELECT pg_catalog.setval('public.lifecycle_stagevisit_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_account_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_affiliation_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_consent_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_fieldvalue_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_identifier_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_identitychange_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_identitylink_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_identitymove_id_seq', 1, false);
SELECT pg_catalog.setval('public.people_person_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_auditentry_id_seq', 1, true);
SELECT pg_catalog.setval('public.platform_businessscope_id_seq', 1, true);
SELECT pg_catalog.setval('public.platform_dropcount_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_inboxblock_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_invitation_id_seq', 1, true);
SELECT pg_catalog.setval('public.platform_notification_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_outgoingmail_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_parkeditem_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_senderkey_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_staff_id_seq', 3, true);
SELECT pg_catalog.setval('public.platform_staff_scopes_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_storedfile_id_seq', 1, false);
SELECT pg_catalog.setval('public.platform_team_id_seq', 1, true);
SELECT pg_catalog.setval('public.platform_workinghours_id_seq', 5, true);
SELECT pg_catalog.setval('public.procrastinate_events_id_seq', 1, false);
SELECT pg_catalog.setval('public.procrastinate_jobs_id_seq', 1, false);
SELECT pg_catalog.setval('public.procrastinate_periodic_defers_id_seq', 1, false);
SELECT pg_catalog.setval('public.procrastinate_workers_id_seq', 1, false);
SELECT pg_catalog.setval('public.scoring_scoreterm_id_seq', 1, false);
ALTER TABLE ONLY public.people_account
    ADD CONSTRAINT a_company_name_stands_once UNIQUE (name_key);
ALTER TABLE ONLY public.lifecycle_clock
    ADD CONSTRAINT a_lead_has_one_clock_of_a_kind UNIQUE (lead_id, kind);
ALTER TABLE ONLY public.people_identitylink
    ADD CONSTRAINT a_pair_is_linked_once UNIQUE (low_id, high_id);
ALTER TABLE ONLY public.scoring_scoreterm
    ADD CONSTRAINT a_rule_has_one_sum_a_subject UNIQUE (subject_id, rule);
ALTER TABLE ONLY public.platform_senderkey
    ADD CONSTRAINT a_senders_key_names_one_event UNIQUE (source, key);
ALTER TABLE ONLY public.platform_workinghours
    ADD CONSTRAINT a_stretch_of_work_stands_once UNIQUE (weekday, opens_at);
ALTER TABLE ONLY public.people_affiliation
    ADD CONSTRAINT a_subject_joins_a_company_once UNIQUE (subject_id, account_id);
ALTER TABLE ONLY public.people_consent
    ADD CONSTRAINT an_event_decides_a_purpose_once UNIQUE (event_id, channel, purpose);
ALTER TABLE ONLY public.people_fieldvalue
    ADD CONSTRAINT an_event_states_a_field_once UNIQUE (event_id, field);
ALTER TABLE ONLY public.people_identifier
    ADD CONSTRAINT an_identifier_stands_once UNIQUE (kind, scope, value);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq UNIQUE (username, ip_address, user_agent);
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptexpiration_pkey PRIMARY KEY (access_attempt_id);
ALTER TABLE ONLY public.axes_accessfailurelog
    ADD CONSTRAINT axes_accessfailurelog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accesslog
    ADD CONSTRAINT axes_accesslog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.content_form
    ADD CONSTRAINT content_form_key_key UNIQUE (key);
ALTER TABLE ONLY public.content_form
    ADD CONSTRAINT content_form_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.content_formsubmission
    ADD CONSTRAINT content_formsubmission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_2026_11
    ADD CONSTRAINT event_2026_11_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_2026_12
    ADD CONSTRAINT event_2026_12_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_2027_01
    ADD CONSTRAINT event_2027_01_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.events_site
    ADD CONSTRAINT events_site_key_key UNIQUE (key);
ALTER TABLE ONLY public.events_site
    ADD CONSTRAINT events_site_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lifecycle_clock
    ADD CONSTRAINT lifecycle_clock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lifecycle_followup
    ADD CONSTRAINT lifecycle_followup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lifecycle_followup
    ADD CONSTRAINT lifecycle_followup_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_created_by_event_id_key UNIQUE (created_by_event_id);
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.lifecycle_productline
    ADD CONSTRAINT lifecycle_productline_code_key UNIQUE (code);
ALTER TABLE ONLY public.lifecycle_productline
    ADD CONSTRAINT lifecycle_productline_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lifecycle_stagevisit
    ADD CONSTRAINT lifecycle_stagevisit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_dropcount
    ADD CONSTRAINT one_count_a_day_and_reason UNIQUE ("on", door, reason);
ALTER TABLE ONLY public.people_account
    ADD CONSTRAINT people_account_credit_code_key UNIQUE (credit_code);
ALTER TABLE ONLY public.people_account
    ADD CONSTRAINT people_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_account
    ADD CONSTRAINT people_account_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.people_affiliation
    ADD CONSTRAINT people_affiliation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_consent
    ADD CONSTRAINT people_consent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_fieldvalue
    ADD CONSTRAINT people_fieldvalue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_identifier
    ADD CONSTRAINT people_identifier_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_identitychange
    ADD CONSTRAINT people_identitychange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_identitylink
    ADD CONSTRAINT people_identitylink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_identitymove
    ADD CONSTRAINT people_identitymove_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_observation
    ADD CONSTRAINT people_observation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_person
    ADD CONSTRAINT people_person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people_person
    ADD CONSTRAINT people_person_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.platform_auditentry
    ADD CONSTRAINT platform_auditentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_businessscope
    ADD CONSTRAINT platform_businessscope_code_key UNIQUE (code);
ALTER TABLE ONLY public.platform_businessscope
    ADD CONSTRAINT platform_businessscope_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_calendarday
    ADD CONSTRAINT platform_calendarday_pkey PRIMARY KEY ("on");
ALTER TABLE ONLY public.platform_dropcount
    ADD CONSTRAINT platform_dropcount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_inboxblock
    ADD CONSTRAINT platform_inboxblock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_invitation
    ADD CONSTRAINT platform_invitation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_invitation
    ADD CONSTRAINT platform_invitation_staff_id_key UNIQUE (staff_id);
ALTER TABLE ONLY public.platform_invitation
    ADD CONSTRAINT platform_invitation_token_digest_key UNIQUE (token_digest);
ALTER TABLE ONLY public.platform_jobfailure
    ADD CONSTRAINT platform_jobfailure_pkey PRIMARY KEY (job_id);
ALTER TABLE ONLY public.platform_mailsettings
    ADD CONSTRAINT platform_mailsettings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_notification
    ADD CONSTRAINT platform_notification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_organisation
    ADD CONSTRAINT platform_organisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_outgoingmail
    ADD CONSTRAINT platform_outgoingmail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_parkeditem
    ADD CONSTRAINT platform_parkeditem_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_senderkey
    ADD CONSTRAINT platform_senderkey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_staff
    ADD CONSTRAINT platform_staff_email_key UNIQUE (email);
ALTER TABLE ONLY public.platform_staff
    ADD CONSTRAINT platform_staff_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_staff
    ADD CONSTRAINT platform_staff_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.platform_staff_scopes
    ADD CONSTRAINT platform_staff_scopes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_staff_scopes
    ADD CONSTRAINT platform_staff_scopes_staff_id_businessscope_id_47257f3e_uniq UNIQUE (staff_id, businessscope_id);
ALTER TABLE ONLY public.platform_storedfile
    ADD CONSTRAINT platform_storedfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_storedfile
    ADD CONSTRAINT platform_storedfile_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.platform_team
    ADD CONSTRAINT platform_team_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_team
    ADD CONSTRAINT platform_team_public_id_key UNIQUE (public_id);
ALTER TABLE ONLY public.platform_workinghours
    ADD CONSTRAINT platform_workinghours_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);
ALTER TABLE ONLY public.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scoring_personscore
    ADD CONSTRAINT scoring_personscore_pkey PRIMARY KEY (person_id);
ALTER TABLE ONLY public.scoring_scoreterm
    ADD CONSTRAINT scoring_scoreterm_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.platform_team
    ADD CONSTRAINT sibling_teams_differ_in_name UNIQUE (parent_id, name);
CREATE UNIQUE INDEX a_lead_is_first_contacted_once ON public.lifecycle_followup USING btree (lead_id) WHERE is_first_contact;
CREATE UNIQUE INDEX a_lead_is_in_one_stage ON public.lifecycle_stagevisit USING btree (lead_id) WHERE ((left_at IS NULL) AND ((machine)::text = 'lead'::text));
CREATE INDEX accounts_by_search_key ON public.people_account USING gin (search_keys) WITH (fastupdate=off);
CREATE INDEX audit_by_actor ON public.platform_auditentry USING btree (actor_id, at DESC);
CREATE INDEX audit_by_subject ON public.platform_auditentry USING btree (subject_kind, subject_id, at DESC);
CREATE INDEX audit_by_time ON public.platform_auditentry USING btree (at DESC, id DESC);
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE INDEX axes_accessattempt_ip_address_10922d9c ON public.axes_accessattempt USING btree (ip_address);
CREATE INDEX axes_accessattempt_user_agent_ad89678b ON public.axes_accessattempt USING btree (user_agent);
CREATE INDEX axes_accessattempt_user_agent_ad89678b_like ON public.axes_accessattempt USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accessattempt_username_3f2d4ca0 ON public.axes_accessattempt USING btree (username);
CREATE INDEX axes_accessattempt_username_3f2d4ca0_like ON public.axes_accessattempt USING btree (username varchar_pattern_ops);
CREATE INDEX axes_accessfailurelog_ip_address_2e9f5a7f ON public.axes_accessfailurelog USING btree (ip_address);
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda ON public.axes_accessfailurelog USING btree (user_agent);
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda_like ON public.axes_accessfailurelog USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4 ON public.axes_accessfailurelog USING btree (username);
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4_like ON public.axes_accessfailurelog USING btree (username varchar_pattern_ops);
CREATE INDEX axes_accesslog_ip_address_86b417e5 ON public.axes_accesslog USING btree (ip_address);
CREATE INDEX axes_accesslog_user_agent_0e659004 ON public.axes_accesslog USING btree (user_agent);
CREATE INDEX axes_accesslog_user_agent_0e659004_like ON public.axes_accesslog USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accesslog_username_df93064b ON public.axes_accesslog USING btree (username);
CREATE INDEX axes_accesslog_username_df93064b_like ON public.axes_accesslog USING btree (username varchar_pattern_ops);
CREATE INDEX changes_from_a_person ON public.people_identitychange USING btree (source_person_id, at DESC);
CREATE INDEX changes_to_a_person ON public.people_identitychange USING btree (target_person_id, at DESC);
CREATE INDEX companies_of_a_person ON public.people_affiliation USING btree (person_id);
CREATE INDEX consents_of_a_person ON public.people_consent USING btree (person_id, channel, purpose, at DESC);
CREATE INDEX content_form_key_9bac7ee6_like ON public.content_form USING btree (key varchar_pattern_ops);
CREATE INDEX content_form_site_id_14be7455 ON public.content_form USING btree (site_id);
CREATE INDEX content_formsubmission_form_id_7a6c11f4 ON public.content_formsubmission USING btree (form_id);
CREATE INDEX content_formsubmission_person_id_bf3c09ec ON public.content_formsubmission USING btree (person_id);
CREATE INDEX content_formsubmission_subject_id_04dd41fb ON public.content_formsubmission USING btree (subject_id);
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX event_of_a_person ON ONLY public.event USING btree (person_id, occurred_at DESC, id DESC) WHERE (person_id IS NOT NULL);
CREATE INDEX event_2026_11_person_id_occurred_at_id_idx ON public.event_2026_11 USING btree (person_id, occurred_at DESC, id DESC) WHERE (person_id IS NOT NULL);
CREATE INDEX event_of_a_subject ON ONLY public.event USING btree (subject_id) WHERE (subject_id IS NOT NULL);
CREATE INDEX event_2026_11_subject_id_idx ON public.event_2026_11 USING btree (subject_id) WHERE (subject_id IS NOT NULL);
CREATE INDEX event_by_transaction ON ONLY public.event USING btree (xid);
CREATE INDEX event_2026_11_xid_idx ON public.event_2026_11 USING btree (xid);
CREATE INDEX event_2026_12_person_id_occurred_at_id_idx ON public.event_2026_12 USING btree (person_id, occurred_at DESC, id DESC) WHERE (person_id IS NOT NULL);
CREATE INDEX event_2026_12_subject_id_idx ON public.event_2026_12 USING btree (subject_id) WHERE (subject_id IS NOT NULL);
CREATE INDEX event_2026_12_xid_idx ON public.event_2026_12 USING btree (xid);
CREATE INDEX event_2027_01_person_id_occurred_at_id_idx ON public.event_2027_01 USING btree (person_id, occurred_at DESC, id DESC) WHERE (person_id IS NOT NULL);
CREATE INDEX event_2027_01_subject_id_idx ON public.event_2027_01 USING btree (subject_id) WHERE (subject_id IS NOT NULL);
CREATE INDEX event_2027_01_xid_idx ON public.event_2027_01 USING btree (xid);
CREATE INDEX events_site_key_f72d8237_like ON public.events_site USING btree (key varchar_pattern_ops);
CREATE INDEX events_site_scope_id_28029544 ON public.events_site USING btree (scope_id);
CREATE INDEX events_site_team_id_57eccfd8 ON public.events_site USING btree (team_id);
CREATE INDEX follow_ups_of_a_colleague ON public.lifecycle_followup USING btree (by_id, at DESC);
CREATE INDEX follow_ups_of_a_person ON public.lifecycle_followup USING btree (person_id, at DESC);
CREATE INDEX identifiers_of_a_person ON public.people_identifier USING btree (person_id);
CREATE INDEX identity_move_by_transaction ON public.people_identitymove USING btree (xid);
CREATE INDEX idx_procrastinate_jobs_worker_not_null ON public.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::public.procrastinate_job_status));
CREATE INDEX idx_procrastinate_workers_last_heartbeat ON public.procrastinate_workers USING btree (last_heartbeat);
CREATE INDEX inbox_in_order ON public.platform_inboxblock USING btree (lane, id);
CREATE INDEX known_people_by_last_act ON public.people_person USING btree (last_seen_at DESC, id DESC) WHERE ((merged_into_id IS NULL) AND (NOT ((reach)::text = 'visitor'::text)));
CREATE INDEX leads_by_touch ON public.lifecycle_lead USING btree (last_touch_at DESC, id DESC);
CREATE INDEX leads_of_a_person ON public.lifecycle_lead USING btree (person_id, product_line_id);
CREATE INDEX leads_of_an_owner ON public.lifecycle_lead USING btree (owner_id, last_touch_at DESC);
CREATE INDEX lifecycle_clock_lead_id_d5feaccb ON public.lifecycle_clock USING btree (lead_id);
CREATE INDEX lifecycle_clock_stopped_by_id_2dd7ed42 ON public.lifecycle_clock USING btree (stopped_by_id);
CREATE INDEX lifecycle_followup_by_id_25579190 ON public.lifecycle_followup USING btree (by_id);
CREATE INDEX lifecycle_followup_lead_id_69b8fa71 ON public.lifecycle_followup USING btree (lead_id);
CREATE INDEX lifecycle_followup_person_id_2a9063cd ON public.lifecycle_followup USING btree (person_id);
CREATE INDEX lifecycle_followup_subject_id_982eccd9 ON public.lifecycle_followup USING btree (subject_id);
CREATE INDEX lifecycle_lead_account_id_a201ce4f ON public.lifecycle_lead USING btree (account_id);
CREATE INDEX lifecycle_lead_owner_id_3047e684 ON public.lifecycle_lead USING btree (owner_id);
CREATE INDEX lifecycle_lead_person_id_08eec464 ON public.lifecycle_lead USING btree (person_id);
CREATE INDEX lifecycle_lead_product_line_id_317e4524 ON public.lifecycle_lead USING btree (product_line_id);
CREATE INDEX lifecycle_lead_scope_id_0d08fed0 ON public.lifecycle_lead USING btree (scope_id);
CREATE INDEX lifecycle_lead_subject_id_907ec5bc ON public.lifecycle_lead USING btree (subject_id);
CREATE INDEX lifecycle_lead_team_id_bd0f1818 ON public.lifecycle_lead USING btree (team_id);
CREATE INDEX lifecycle_productline_code_1c950717_like ON public.lifecycle_productline USING btree (code varchar_pattern_ops);
CREATE INDEX lifecycle_stagevisit_entered_by_id_c17fd7d6 ON public.lifecycle_stagevisit USING btree (entered_by_id);
CREATE INDEX lifecycle_stagevisit_lead_id_a37fbf97 ON public.lifecycle_stagevisit USING btree (lead_id);
CREATE INDEX lifecycle_stagevisit_person_id_479513b0 ON public.lifecycle_stagevisit USING btree (person_id);
CREATE INDEX lifecycle_stagevisit_subject_id_68f9d58a ON public.lifecycle_stagevisit USING btree (subject_id);
CREATE INDEX links_from_above ON public.people_identitylink USING btree (high_id, low_id);
CREATE INDEX mail_by_age ON public.platform_outgoingmail USING btree (created_at);
CREATE INDEX moves_of_a_subject ON public.people_identitymove USING btree (subject_id, id DESC);
CREATE INDEX notices_of_a_colleague ON public.platform_notification USING btree (staff_id, changed_at DESC);
CREATE UNIQUE INDEX one_sign_in_for_one_address ON public.platform_staff USING btree (lower((email)::text));
CREATE INDEX open_leads_of_a_team ON public.lifecycle_lead USING btree (team_id, owner_id, created_at DESC) WHERE (NOT ((stage)::text = ANY ((ARRAY['won'::character varying, 'lost'::character varying, 'disqualified'::character varying])::text[])));
CREATE INDEX parked_by_time ON public.platform_parkeditem USING btree (parked_at DESC);
CREATE INDEX people_account_credit_code_ea6fc432_like ON public.people_account USING btree (credit_code varchar_pattern_ops);
CREATE INDEX people_affiliation_account_id_5c521703 ON public.people_affiliation USING btree (account_id);
CREATE INDEX people_affiliation_person_id_8c379ef7 ON public.people_affiliation USING btree (person_id);
CREATE INDEX people_affiliation_subject_id_cd35cca5 ON public.people_affiliation USING btree (subject_id);
CREATE INDEX people_by_last_act ON public.people_person USING btree (last_seen_at DESC, id DESC) WHERE (merged_into_id IS NULL);
CREATE INDEX people_by_name ON public.people_person USING btree (sort_key, id) WHERE (merged_into_id IS NULL);
CREATE INDEX people_by_score ON public.scoring_personscore USING btree (value DESC, person_id);
CREATE INDEX people_by_search_key ON public.people_person USING gin (search_keys) WITH (fastupdate=off);
CREATE INDEX people_consent_person_id_a757a92f ON public.people_consent USING btree (person_id);
CREATE INDEX people_consent_subject_id_a3cc48a8 ON public.people_consent USING btree (subject_id);
CREATE INDEX people_fieldvalue_person_id_ca83738b ON public.people_fieldvalue USING btree (person_id);
CREATE INDEX people_fieldvalue_subject_id_83ac58ae ON public.people_fieldvalue USING btree (subject_id);
CREATE INDEX people_identifier_person_id_f0bbceea ON public.people_identifier USING btree (person_id);
CREATE INDEX people_identitychange_actor_id_64038588 ON public.people_identitychange USING btree (actor_id);
CREATE INDEX people_identitychange_source_person_id_69b1603b ON public.people_identitychange USING btree (source_person_id);
CREATE INDEX people_identitychange_target_person_id_12e93ba9 ON public.people_identitychange USING btree (target_person_id);
CREATE INDEX people_identitylink_high_id_5151cb7c ON public.people_identitylink USING btree (high_id);
CREATE INDEX people_identitylink_low_id_9f43ab7f ON public.people_identitylink USING btree (low_id);
CREATE INDEX people_person_merged_into_id_138bbee4 ON public.people_person USING btree (merged_into_id);
CREATE INDEX platform_auditentry_actor_id_8ee017d5 ON public.platform_auditentry USING btree (actor_id);
CREATE INDEX platform_businessscope_code_f8efa20b_like ON public.platform_businessscope USING btree (code varchar_pattern_ops);
CREATE INDEX platform_notification_staff_id_97caeec6 ON public.platform_notification USING btree (staff_id);
CREATE INDEX platform_staff_email_7748024b_like ON public.platform_staff USING btree (email varchar_pattern_ops);
CREATE INDEX platform_staff_scopes_businessscope_id_eea1d275 ON public.platform_staff_scopes USING btree (businessscope_id);
CREATE INDEX platform_staff_scopes_staff_id_25db9a4f ON public.platform_staff_scopes USING btree (staff_id);
CREATE INDEX platform_staff_team_id_a2212285 ON public.platform_staff USING btree (team_id);
CREATE INDEX platform_storedfile_uploaded_by_id_e706290d ON public.platform_storedfile USING btree (uploaded_by_id);
CREATE INDEX platform_team_parent_id_7124701e ON public.platform_team USING btree (parent_id);
CREATE INDEX platform_team_path_db43e5cc ON public.platform_team USING btree (path);
CREATE INDEX platform_team_path_db43e5cc_like ON public.platform_team USING btree (path varchar_pattern_ops);
CREATE INDEX procrastinate_events_job_id_fkey_v1 ON public.procrastinate_events USING btree (job_id);
CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON public.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::public.procrastinate_job_status, 'doing'::public.procrastinate_job_status]));
CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON public.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::public.procrastinate_job_status);
CREATE INDEX procrastinate_jobs_priority_idx_v1 ON public.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::public.procrastinate_job_status);
CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON public.procrastinate_jobs USING btree (queue_name);
CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON public.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::public.procrastinate_job_status);
CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON public.procrastinate_periodic_defers USING btree (job_id);
CREATE INDEX running_clocks ON public.lifecycle_clock USING btree (due_at) WHERE (stopped_at IS NULL);
CREATE INDEX score_terms_of_a_person ON public.scoring_scoreterm USING btree (person_id);
CREATE INDEX scoring_personscore_next_grade_change_at_bb033d77 ON public.scoring_personscore USING btree (next_grade_change_at);
CREATE INDEX scoring_scoreterm_person_id_7607dc81 ON public.scoring_scoreterm USING btree (person_id);
CREATE INDEX scoring_scoreterm_subject_id_0b5d4e74 ON public.scoring_scoreterm USING btree (subject_id);
CREATE INDEX sender_keys_by_age ON public.platform_senderkey USING btree (created_at);
CREATE INDEX stage_visit_by_transaction ON public.lifecycle_stagevisit USING btree (xid);
CREATE INDEX statements_about_a_person ON public.people_fieldvalue USING btree (person_id, field, observed_at DESC);
CREATE INDEX stays_of_a_person ON public.lifecycle_stagevisit USING btree (person_id, machine, entered_at DESC);
CREATE INDEX submissions_of_a_person ON public.content_formsubmission USING btree (person_id, at DESC);
CREATE UNIQUE INDEX unread_notices_of_a_group_fold ON public.platform_notification USING btree (staff_id, "group") WHERE (read_at IS NULL);
ALTER INDEX public.event_of_a_person ATTACH PARTITION public.event_2026_11_person_id_occurred_at_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_2026_11_pkey;
ALTER INDEX public.event_of_a_subject ATTACH PARTITION public.event_2026_11_subject_id_idx;
ALTER INDEX public.event_by_transaction ATTACH PARTITION public.event_2026_11_xid_idx;
ALTER INDEX public.event_of_a_person ATTACH PARTITION public.event_2026_12_person_id_occurred_at_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_2026_12_pkey;
ALTER INDEX public.event_of_a_subject ATTACH PARTITION public.event_2026_12_subject_id_idx;
ALTER INDEX public.event_by_transaction ATTACH PARTITION public.event_2026_12_xid_idx;
ALTER INDEX public.event_of_a_person ATTACH PARTITION public.event_2027_01_person_id_occurred_at_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_2027_01_pkey;
ALTER INDEX public.event_of_a_subject ATTACH PARTITION public.event_2027_01_subject_id_idx;
ALTER INDEX public.event_by_transaction ATTACH PARTITION public.event_2027_01_xid_idx;
CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_notify_queue_abort_job_v1();
CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_notify_queue_job_inserted_v1();
CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1();
CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_unlink_periodic_defers_v1();
CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON public.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1();
CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1();
CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_update_v1();
CREATE TRIGGER stage_visit_touched BEFORE UPDATE ON public.lifecycle_stagevisit FOR EACH ROW EXECUTE FUNCTION public.stage_visit_touched();
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce FOREIGN KEY (access_attempt_id) REFERENCES public.axes_accessattempt(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.content_form
    ADD CONSTRAINT content_form_site_id_14be7455_fk_events_site_id FOREIGN KEY (site_id) REFERENCES public.events_site(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.content_formsubmission
    ADD CONSTRAINT content_formsubmissi_subject_id_04dd41fb_fk_people_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.content_formsubmission
    ADD CONSTRAINT content_formsubmission_form_id_7a6c11f4_fk_content_form_id FOREIGN KEY (form_id) REFERENCES public.content_form(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.content_formsubmission
    ADD CONSTRAINT content_formsubmission_person_id_bf3c09ec_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.events_site
    ADD CONSTRAINT events_site_scope_id_28029544_fk_platform_businessscope_id FOREIGN KEY (scope_id) REFERENCES public.platform_businessscope(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.events_site
    ADD CONSTRAINT events_site_team_id_57eccfd8_fk_platform_team_id FOREIGN KEY (team_id) REFERENCES public.platform_team(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_clock
    ADD CONSTRAINT lifecycle_clock_lead_id_d5feaccb_fk_lifecycle_lead_id FOREIGN KEY (lead_id) REFERENCES public.lifecycle_lead(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_clock
    ADD CONSTRAINT lifecycle_clock_stopped_by_id_2dd7ed42_fk_platform_staff_id FOREIGN KEY (stopped_by_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_followup
    ADD CONSTRAINT lifecycle_followup_by_id_25579190_fk_platform_staff_id FOREIGN KEY (by_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_followup
    ADD CONSTRAINT lifecycle_followup_lead_id_69b8fa71_fk_lifecycle_lead_id FOREIGN KEY (lead_id) REFERENCES public.lifecycle_lead(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_followup
    ADD CONSTRAINT lifecycle_followup_person_id_2a9063cd_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_followup
    ADD CONSTRAINT lifecycle_followup_subject_id_982eccd9_fk_people_identifier_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_account_id_a201ce4f_fk_people_account_id FOREIGN KEY (account_id) REFERENCES public.people_account(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_owner_id_3047e684_fk_platform_staff_id FOREIGN KEY (owner_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_person_id_08eec464_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_product_line_id_317e4524_fk_lifecycle FOREIGN KEY (product_line_id) REFERENCES public.lifecycle_productline(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_scope_id_0d08fed0_fk_platform_businessscope_id FOREIGN KEY (scope_id) REFERENCES public.platform_businessscope(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_subject_id_907ec5bc_fk_people_identifier_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_lead
    ADD CONSTRAINT lifecycle_lead_team_id_bd0f1818_fk_platform_team_id FOREIGN KEY (team_id) REFERENCES public.platform_team(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_stagevisit
    ADD CONSTRAINT lifecycle_stagevisit_entered_by_id_c17fd7d6_fk_platform_ FOREIGN KEY (entered_by_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_stagevisit
    ADD CONSTRAINT lifecycle_stagevisit_lead_id_a37fbf97_fk_lifecycle_lead_id FOREIGN KEY (lead_id) REFERENCES public.lifecycle_lead(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_stagevisit
    ADD CONSTRAINT lifecycle_stagevisit_person_id_479513b0_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.lifecycle_stagevisit
    ADD CONSTRAINT lifecycle_stagevisit_subject_id_68f9d58a_fk_people_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_affiliation
    ADD CONSTRAINT people_affiliation_account_id_5c521703_fk_people_account_id FOREIGN KEY (account_id) REFERENCES public.people_account(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_affiliation
    ADD CONSTRAINT people_affiliation_person_id_8c379ef7_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_affiliation
    ADD CONSTRAINT people_affiliation_subject_id_cd35cca5_fk_people_identifier_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_consent
    ADD CONSTRAINT people_consent_person_id_a757a92f_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_consent
    ADD CONSTRAINT people_consent_subject_id_a3cc48a8_fk_people_identifier_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_fieldvalue
    ADD CONSTRAINT people_fieldvalue_person_id_ca83738b_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_fieldvalue
    ADD CONSTRAINT people_fieldvalue_subject_id_83ac58ae_fk_people_identifier_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_identifier
    ADD CONSTRAINT people_identifier_person_id_f0bbceea_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_identitychange
    ADD CONSTRAINT people_identitychang_source_person_id_69b1603b_fk_people_pe FOREIGN KEY (source_person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_identitychange
    ADD CONSTRAINT people_identitychang_target_person_id_12e93ba9_fk_people_pe FOREIGN KEY (target_person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_identitychange
    ADD CONSTRAINT people_identitychange_actor_id_64038588_fk_platform_staff_id FOREIGN KEY (actor_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_identitylink
    ADD CONSTRAINT people_identitylink_high_id_5151cb7c_fk_people_identifier_id FOREIGN KEY (high_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_identitylink
    ADD CONSTRAINT people_identitylink_low_id_9f43ab7f_fk_people_identifier_id FOREIGN KEY (low_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.people_person
    ADD CONSTRAINT people_person_merged_into_id_138bbee4_fk_people_person_id FOREIGN KEY (merged_into_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_auditentry
    ADD CONSTRAINT platform_auditentry_actor_id_8ee017d5_fk_platform_staff_id FOREIGN KEY (actor_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_invitation
    ADD CONSTRAINT platform_invitation_staff_id_178381e2_fk_platform_staff_id FOREIGN KEY (staff_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_notification
    ADD CONSTRAINT platform_notification_staff_id_97caeec6_fk_platform_staff_id FOREIGN KEY (staff_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_staff_scopes
    ADD CONSTRAINT platform_staff_scope_businessscope_id_eea1d275_fk_platform_ FOREIGN KEY (businessscope_id) REFERENCES public.platform_businessscope(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_staff_scopes
    ADD CONSTRAINT platform_staff_scopes_staff_id_25db9a4f_fk_platform_staff_id FOREIGN KEY (staff_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_staff
    ADD CONSTRAINT platform_staff_team_id_a2212285_fk_platform_team_id FOREIGN KEY (team_id) REFERENCES public.platform_team(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_storedfile
    ADD CONSTRAINT platform_storedfile_uploaded_by_id_e706290d_fk_platform_ FOREIGN KEY (uploaded_by_id) REFERENCES public.platform_staff(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.platform_team
    ADD CONSTRAINT platform_team_parent_id_7124701e_fk_platform_team_id FOREIGN KEY (parent_id) REFERENCES public.platform_team(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.procrastinate_workers(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id);
ALTER TABLE ONLY public.scoring_personscore
    ADD CONSTRAINT scoring_personscore_person_id_dfeba2ab_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scoring_scoreterm
    ADD CONSTRAINT scoring_scoreterm_person_id_7607dc81_fk_people_person_id FOREIGN KEY (person_id) REFERENCES public.people_person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scoring_scoreterm
    ADD CONSTRAINT scoring_scoreterm_subject_id_0b5d4e74_fk_people_identifier_id FOREIGN KEY (subject_id) REFERENCES public.people_identifier(id) DEFERRABLE INITIALLY DEFERRED;
