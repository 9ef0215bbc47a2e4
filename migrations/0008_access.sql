-- Who may what: people, their sessions and tokens, and an account of what was done.

-- People who may sign in.
create table tidemill.person (
    id bigint generated always as identity primary key,
    login text not null constraint person_login_is_short check (length(login) between 1 and 200),
    name text not null,
    role text not null constraint person_role_is_known
        check (role in ('viewer', 'operator', 'editor', 'admin')),
    -- Which datasets they may know of: all, or by the beginnings of names and by tags.
    scope_all boolean not null default true,
    scope_prefixes text[] not null default '{}',
    scope_tags text[] not null default '{}',
    -- Argon2id, with its parameters; null for who cannot sign in with a password.
    password text,
    -- Who they are elsewhere, for those who sign in there.
    issuer text,
    subject text,
    created_at timestamptz not null default now(),
    seen_at timestamptz,
    disabled_at timestamptz,
    constraint person_elsewhere_at_once check ((issuer is null) = (subject is null))
);
-- Serves signing in; two logins never differ by the size of letters alone.
create unique index person_login on tidemill.person (lower(login));
-- Serves signing in elsewhere.
create unique index person_elsewhere on tidemill.person (issuer, subject) where issuer is not null;

-- Browsers that are signed in. Rows of what ended stay for a while, for whoever looks into it.
create table tidemill.session (
    id bigint generated always as identity primary key,
    person_id bigint not null references tidemill.person (id),
    -- SHA-256 of 256 random bits: what is read here cannot be used.
    hash bytea not null constraint session_hash_is_whole check (octet_length(hash) = 32),
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    address text not null,
    agent text not null
);
-- Serves every request of a browser.
create unique index session_hash on tidemill.session (hash);
-- Serves the list of one's sessions, and ending them all.
create index session_of on tidemill.session (person_id, id) where ended_at is null;
-- Serves forgetting the old ones.
create index session_age on tidemill.session (expires_at);

-- What programs show.
create table tidemill.token (
    id bigint generated always as identity primary key,
    person_id bigint not null references tidemill.person (id),
    name text not null,
    hash bytea not null constraint token_hash_is_whole check (octet_length(hash) = 32),
    role text not null constraint token_role_is_known
        check (role in ('viewer', 'operator', 'editor', 'admin')),
    -- Only these actions of what the role may; null for all of them.
    actions text[],
    scope_all boolean not null default true,
    scope_prefixes text[] not null default '{}',
    scope_tags text[] not null default '{}',
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
-- Serves the list of one's tokens.
create index token_of on tidemill.token (person_id, id);

-- Links that can be used once: the first admin is made by one, and `up` signs in by one.
create table tidemill.sign_in_link (
    hash bytea not null constraint sign_in_link_pkey primary key,
    kind text not null constraint sign_in_link_is_known check (kind in ('setup', 'sign_in')),
    -- Whom it signs in.
    person_id bigint references tidemill.person (id),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint sign_in_link_names_whom check ((kind = 'sign_in') = (person_id is not null))
);
-- Serves forgetting the old ones.
create index sign_in_link_age on tidemill.sign_in_link (expires_at);

-- What somebody who signs in elsewhere must come back with.
create table tidemill.sign_in_elsewhere (
    -- SHA-256 of the state, which only the browser has.
    hash bytea not null constraint sign_in_elsewhere_pkey primary key,
    nonce text not null,
    verifier text not null,
    return_to text not null,
    expires_at timestamptz not null
);
-- Serves forgetting the old ones.
create index sign_in_elsewhere_age on tidemill.sign_in_elsewhere (expires_at);

-- Attempts to sign in that were not followed by a good one: by account, by address, by both.
create table tidemill.sign_in_attempt (
    subject text not null constraint sign_in_attempt_pkey primary key,
    attempts int not null,
    last_at timestamptz not null default now(),
    -- No attempt is looked at before.
    open_at timestamptz not null default now()
);
-- Serves forgetting the old ones.
create index sign_in_attempt_age on tidemill.sign_in_attempt (last_at);

-- Who did what. Nothing is ever changed here, and nothing is taken away.
create table tidemill.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    actor_kind text not null constraint audit_actor_is_known
        check (actor_kind in ('user', 'token', 'system', 'anonymous')),
    person_id bigint,
    token_id bigint,
    action text not null,
    object_kind text not null,
    object text not null,
    -- The datasets it is about; empty for what is about none.
    datasets int[] not null default '{}',
    outcome text not null constraint audit_outcome_is_known
        check (outcome in ('done', 'refused', 'failed')),
    reason text,
    before jsonb,
    after jsonb,
    request text not null,
    address text not null
);
-- Serves the list, newest first, and its bounds.
create index audit_at on tidemill.audit (at, id);
-- Serves the list of what somebody did.
create index audit_actor on tidemill.audit (actor, at, id);
-- Serves the list of one kind of action.
create index audit_action on tidemill.audit (action, at, id);
-- Serves the list of what was done to something.
create index audit_object on tidemill.audit (object_kind, object, at, id);

create function tidemill.refuse_change() returns trigger language plpgsql as
$$ begin raise exception '% is only ever added to', tg_table_name; end $$;
create trigger audit_is_only_added_to before update or delete or truncate on tidemill.audit
    for each statement execute function tidemill.refuse_change();
revoke update, delete, truncate on tidemill.audit from public, current_user;

-- What was answered to requests that bear an `Idempotency-Key`, so that one that is sent again is
-- answered again and not done again.
create table tidemill.answered (
    -- `user 3`, or `token 7`: keys of others are others.
    principal text not null,
    key text not null,
    -- Of the address and the body: the same key with another request is a mistake.
    request bytea not null,
    status smallint,
    -- Null for what is shown once only.
    body jsonb,
    created_at timestamptz not null default now(),
    constraint answered_pkey primary key (principal, key)
);
-- Serves forgetting the old ones.
create index answered_age on tidemill.answered (created_at);
