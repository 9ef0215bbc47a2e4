-- The tables of the queue as lines of text, the same as `Queue::lines`.
select line as "line!" from (
    select format('run %s of %s: %s %s %s waits %s attempt %s/%s failures %s worker %s code %s forced %s',
        run.id, backfill_id, coalesce(dataset.name, 'gate'), coalesce(ordinal, 0), state, waiting_on,
        attempt, attempts_max, failures, coalesce(worker_id::text, '-'),
        coalesce(code_id::text, '-'), is_forced::text) as line
    from tidemill.run
    left join tidemill.dataset on dataset.id = run.dataset_id
    union all
    select format('edge %s -> %s %s', upstream_id, downstream_id, is_required::text)
    from tidemill.run_edge
    union all
    select format('ended %s of %s: %s %s %s -> %s %s attempt %s %s', run.id, backfill_id, dataset.name,
        ordinal, left_state, state, outcome, attempt, coalesce(error_code, '-'))
    from tidemill.run_history as run
    join tidemill.dataset on dataset.id = run.dataset_id
    union all
    select format('backfill %s %s %s: %s %s %s %s', id, state, runs, published, unchanged, failed,
        cancelled)
    from tidemill.backfill
    union all
    select format('worker %s beat %s %s', id, beat,
        case when ended_at is null then 'living' else 'ended' end)
    from tidemill.worker
    union all
    select format('attempt %s/%s by %s %s %s', run_id, number, worker_id, state,
        coalesce(error_code, '-'))
    from tidemill.attempt
    union all
    select format('failure %s %s run %s %s', dataset.name, ordinal, run_id, error_code)
    from tidemill.partition_failure
    join tidemill.dataset on dataset.id = partition_failure.dataset_id
    union all
    select format('version %s %s %s generation %s by %s %s', version.id, dataset.name, ordinal,
        generation, coalesce(run_id || '/' || attempt, '-'), encode(content, 'hex'))
    from tidemill.materialization as version
    join tidemill.dataset on dataset.id = version.dataset_id
    union all
    select format('read %s <- %s', output_id, input_id) from tidemill.lineage_edge
    union all
    select format('head %s %s is %s generation %s %s', dataset.name, ordinal, materialization_id,
        generation, encode(content, 'hex'))
    from tidemill.head
    join tidemill.dataset on dataset.id = head.dataset_id
) as state (line)
